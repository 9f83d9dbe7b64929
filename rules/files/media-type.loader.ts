import { open } from 'node:fs/promises';
import { defineLoader } from 'cookie-monster';
import { fileTypeFromFile } from 'file-type';
import { fileState, isNewTo, unreadable } from './current-file.ts';

const SAMPLE_BYTES = 8192;

/** Finds out the media type of a file by its content. */
export default defineLoader({
  id: 'media-type',
  priority: 10,
  canEnrich: (cookie) => isNewTo('media_type', cookie),
  load: async (cookie) => {
    const found = await mediaType(cookie.path).then((media_type) => ({ media_type }), unreadable);
    return { source: 'media_type', metadata: { ...found, of: fileState(cookie) } };
  },
});

async function mediaType(path: string): Promise<string> {
  const sample = await start(path);
  if (sample.length === 0) return 'inode/x-empty';
  return (await fileTypeFromFile(path))?.mime ?? (isText(sample) ? 'text/plain' : 'application/octet-stream');
}

async function start(path: string): Promise<Uint8Array> {
  const file = await open(path);
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
