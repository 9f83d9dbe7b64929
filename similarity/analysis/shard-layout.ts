import { REF_BITS, bitOf } from './refs.ts';

/**
 * Finds the part of the index that a ref belongs to. Parts are named by the first bits that the refs in them have in common; one that grows
 * too large becomes two with one bit more, so that any number of parts fit without gaps.
 *
 * @param has whether there is a part of that name
 * @returns its name
 */
export function prefixOf(ref: string, has: (prefix: string) => boolean): string | undefined {
  let prefix = '';
  for (let at = 0; ; at += 1) {
    if (has(prefix)) return prefix;
    if (at === REF_BITS) return undefined;
    prefix += bitOf(ref, at);
  }
}

/** Refs with what belongs to them, in parts that are each within the limit, as far as one entry alone is. */
export function splitParts<T>(
  prefix: string,
  entries: ReadonlyMap<string, T>,
  sizeOf: (entry: T) => number,
  limit: number,
): Map<string, Map<string, T>> {
  let size = 0;
  for (const entry of entries.values()) size += sizeOf(entry);
  if (size <= limit || entries.size <= 1 || prefix.length === REF_BITS) return new Map([[prefix, new Map(entries)]]);
  const halves = { '0': new Map<string, T>(), '1': new Map<string, T>() };
  for (const [ref, entry] of entries) (bitOf(ref, prefix.length) === '0' ? halves[0] : halves[1]).set(ref, entry);
  return new Map([
    ...splitParts(`${prefix}0`, halves[0], sizeOf, limit),
    ...splitParts(`${prefix}1`, halves[1], sizeOf, limit),
  ]);
}
