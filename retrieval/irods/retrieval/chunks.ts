/** Items in lists whose sizes come to at most `limit`; one that is larger by itself has a list of its own. */
export function* chunksOf<T>(items: Iterable<T>, limit: number, sizeOf: (item: T) => number): Generator<T[]> {
  let chunk: T[] = [];
  let filled = 0;
  for (const item of items) {
    const size = sizeOf(item);
    if (chunk.length > 0 && filled + size > limit) {
      yield chunk;
      chunk = [];
      filled = 0;
    }
    chunk.push(item);
    filled += size;
  }
  if (chunk.length > 0) yield chunk;
}
