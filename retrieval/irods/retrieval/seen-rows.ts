import { z } from 'zod';

/** Keys of rows by their second. */
export class SeenRows {
  readonly #seconds = new Map<number, Set<string>>();
  #size = 0;

  /** How many keys there are. */
  get size(): number {
    return this.#size;
  }

  has(second: number, key: string): boolean {
    return this.#seconds.get(second)?.has(key) ?? false;
  }

  /** @returns false if it was there already */
  add(second: number, key: string): boolean {
    const keys = this.#seconds.get(second) ?? new Set<string>();
    if (keys.has(key)) return false;
    this.#seconds.set(second, keys.add(key));
    this.#size += 1;
    return true;
  }

  addAll(other: Iterable<readonly [number, string]>): void {
    for (const [second, key] of other) this.add(second, key);
  }

  /** All of seconds after one, in the order of seconds. */
  *after(second: number): Generator<readonly [number, string]> {
    const seconds = [...this.#seconds].filter(([one]) => one > second).toSorted(([a], [b]) => a - b);
    for (const [one, keys] of seconds) for (const key of keys) yield [one, key];
  }
}

/** Keys as the jar has them, by second. */
export const seenKeysSchema = z.record(z.string(), z.array(z.string()));

/** As the jar has them. */
export function toKeys(entries: Iterable<readonly [number, string]>): Record<string, string[]> {
  const keys: Record<string, string[]> = {};
  for (const [second, key] of entries) (keys[String(second)] ??= []).push(key);
  return keys;
}

/** Those of seconds in a window. */
export function* fromKeys(
  keys: Readonly<Record<string, readonly string[]>>,
  after = -1,
  upTo = Number.POSITIVE_INFINITY,
): Generator<readonly [number, string]> {
  for (const [text, some] of Object.entries(keys)) {
    const second = Number(text);
    if (second > after && second <= upTo) for (const key of some) yield [second, key];
  }
}
