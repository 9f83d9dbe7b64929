/**
 * Does something for every item, at most `limit` at a time, in order. After a failure nothing more is begun; what is
 * under way is waited for, then the first failure is thrown.
 */
export async function inFlight<T>(limit: number, items: Iterable<T>, act: (item: T) => Promise<void>): Promise<void> {
  const queue = items[Symbol.iterator]();
  const failures: unknown[] = [];
  const lane = async (): Promise<void> => {
    for (let next = queue.next(); failures.length === 0 && next.done !== true; next = queue.next()) {
      try {
        await act(next.value);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: limit }, lane));
  if (failures.length > 0) throw failures[0];
}
