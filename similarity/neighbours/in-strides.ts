const STRIDE = 1000;

/**
 * The same items, for a loop over very many that lets nothing else have its turn meanwhile.
 *
 * @param alive - called every now and then; may throw to end the loop
 */
export function* inStrides<T>(items: Iterable<T>, alive: () => void): Generator<T, void, undefined> {
  let count = 0;
  for (const item of items) {
    yield item;
    count += 1;
    if (count % STRIDE === 0) alive();
  }
}
