import { SsdeepHasher } from './ssdeep-hasher.ts';

/** Bytes at hand, or a stream of them: Node's `Readable`, a web `ReadableStream`, any iterable of chunks. */
export type DigestSource = Uint8Array | AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/**
 * The ssdeep digest, the same as libfuzzy's to the letter, e.g. `3:AXGBicFlgVNhBGcL6wCrFQEv:AXGHsNhxLsr2C`; of nothing, and of nothing but zero
 * bytes, it is `3::`.
 *
 * Always a promise, as streams need one. A stream is read in flat memory; bytes at hand are digested in one go, some 15 ms a megabyte: many of
 * them belong into a worker thread, or, piece by piece, into a {@link SsdeepHasher}.
 *
 * @throws InputTooLargeError past 192 GiB
 * @throws TypeError when a stream gives something other than bytes, e.g. text because an encoding is set on it
 */
export async function ssdeepDigest(source: DigestSource): Promise<string> {
  const hasher = new SsdeepHasher();
  if (ArrayBuffer.isView(source)) return hasher.update(bytesOf(source)).digest();
  for await (const chunk of source) hasher.update(bytesOf(chunk));
  return hasher.digest();
}

function bytesOf(chunk: unknown): Uint8Array {
  if (ArrayBuffer.isView(chunk)) return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  throw new TypeError(`cannot digest a stream of ${typeof chunk}s: allowed are chunks of bytes (Uint8Array, Buffer)`);
}
