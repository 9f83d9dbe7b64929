import type { Cookie } from 'cookie-monster';
import { fileTypeFromFile } from 'file-type';
import { fileState } from './current-file.ts';
import { openFile } from './open-file.ts';

const SAMPLE_BYTES = 8192;

/** The media type of a file by its content. @throws for what cannot be read */
export async function mediaType(path: string): Promise<string> {
  const sample = await start(path);
  if (sample.length === 0) return 'inode/x-empty';
  return (await fileTypeFromFile(path))?.mime ?? (isText(sample) ? 'text/plain' : 'application/octet-stream');
}

/** What the media type loader found out about the file as it is now; undefined where it has not. */
export function knownMediaType(cookie: Cookie): string | undefined {
  const known = cookie.enrichments.mostRecent('media_type')?.metadata;
  const found = known?.['of'] === fileState(cookie) ? known['media_type'] : undefined;
  return typeof found === 'string' ? found : undefined;
}

async function start(path: string): Promise<Uint8Array> {
  const file = await openFile(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(SAMPLE_BYTES), 0, SAMPLE_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

function isText(sample: Uint8Array): boolean {
  if (sample.includes(0)) return false;
  try {
    // As a stream: the sample may end within a character.
    new TextDecoder('utf-8', { fatal: true }).decode(sample, { stream: true });
    return true;
  } catch {
    return false;
  }
}
