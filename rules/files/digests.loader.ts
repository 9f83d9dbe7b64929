import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { type Context, type Cookie, type JsonObject, defineLoader } from 'cookie-monster';
import { InputTooLargeError, SsdeepHasher } from 'cookie-monster/similarity';
import { fileState, isNewTo, unreadable } from './current-file.ts';
import { knownMediaType, mediaType } from './media-type.ts';
import { openFile } from './open-file.ts';

/** Some milliseconds of digesting. */
const CHUNK_BYTES = 256 * 1024;
const TRIES = 3;

/**
 * Reads a file once and tells its digests: `ssdeep`, which similar files share in part, and `sha256`, which only equal
 * ones share. Comes last, because it reads the whole file: rules may have stopped before.
 */
export default defineLoader({
  id: 'digests',
  priority: 30,
  canEnrich: (cookie) => isNewTo('digests', cookie),
  load: async (cookie, context) => {
    const found = await look(cookie, context).catch((error: unknown) => {
      // Being stopped says nothing about the file.
      context.signal.throwIfAborted();
      // The digest of what the file was before says nothing of it any more.
      return { ...unreadable(error), ssdeep: null };
    });
    return { source: 'digests', metadata: { ...found, of: fileState(cookie) } };
  },
});

async function look(cookie: Cookie, context: Context): Promise<JsonObject> {
  const digests = await digestFile(cookie.path, context);
  return { ...digests, media_type: knownMediaType(cookie) ?? (await mediaType(cookie.path)) };
}

async function digestFile(path: string, context: Context): Promise<JsonObject> {
  const file = await openFile(path);
  try {
    for (let turn = 1; turn <= TRIES; turn += 1) {
      const before = await stateOf(file);
      const digests = await digest(file, Number(before.size), context);
      if (isSame(before, await stateOf(file))) return digests;
    }
  } finally {
    await file.close();
  }
  // Whoever writes to it will be heard of when that is done.
  throw new Error(`${path} changed while it was read, ${TRIES} times`);
}

/** Not beyond the size that it had: a file that grows as fast as it is read would never end. */
async function digest(file: FileHandle, size: number, { signal, heartbeat }: Context): Promise<JsonObject> {
  const sha256 = createHash('sha256');
  let ssdeep: SsdeepHasher | undefined = new SsdeepHasher();
  const buffer = Buffer.allocUnsafe(Math.max(1, Math.min(size, CHUNK_BYTES)));
  for (let position = 0; position < size;) {
    signal.throwIfAborted();
    const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, size - position), position);
    if (bytesRead === 0) break;
    const bytes = buffer.subarray(0, bytesRead);
    sha256.update(bytes);
    ssdeep = takeIn(ssdeep, bytes);
    position += bytesRead;
    heartbeat();
  }
  return { ssdeep: ssdeep?.digest() ?? null, sha256: sha256.digest('hex'), size };
}

/** Files of more than 192 GiB have no such digest. */
function takeIn(hasher: SsdeepHasher | undefined, bytes: Uint8Array): SsdeepHasher | undefined {
  try {
    return hasher?.update(bytes);
  } catch (error) {
    if (error instanceof InputTooLargeError) return undefined;
    throw error;
  }
}

interface FileTimes {
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
}

async function stateOf(file: FileHandle): Promise<FileTimes> {
  return file.stat({ bigint: true });
}

function isSame(before: FileTimes, after: FileTimes): boolean {
  return before.size === after.size && before.mtimeNs === after.mtimeNs && before.ctimeNs === after.ctimeNs;
}
