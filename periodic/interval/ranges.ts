import { DAY } from './clock.ts';

/** From the first second, included, to the last, left out. */
export type Range = readonly [from: number, to: number];
/** Seconds of a day as ranges in order that neither touch nor overlap. */
export type Ranges = readonly Range[];

export const NEVER: Ranges = [];
export const ALL_DAY: Ranges = [[0, DAY]];

/** Puts ranges in order, joins those that touch, and drops what lies outside of the day. */
export function normalize(ranges: readonly Range[]): Ranges {
  const joined: [number, number][] = [];
  const inside = ranges.map(([from, to]) => [Math.max(0, from), Math.min(DAY, to)] as const);
  for (const [from, to] of inside.filter(([a, b]) => a < b).toSorted(([a], [b]) => a - b)) {
    const last = joined.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to);
    else joined.push([from, to]);
  }
  return joined;
}

export function unite(a: Ranges, b: Ranges): Ranges {
  return normalize([...a, ...b]);
}

export function complement(ranges: Ranges): Ranges {
  const edges = [0, ...ranges.flat(), DAY];
  const gaps: Range[] = [];
  for (let i = 0; i < edges.length; i += 2) gaps.push([edges[i] ?? DAY, edges[i + 1] ?? DAY]);
  return normalize(gaps);
}

export function intersect(a: Ranges, b: Ranges): Ranges {
  const shared: Range[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const [[aFrom, aTo] = [DAY, DAY], [bFrom, bTo] = [DAY, DAY]] = [a[i], b[j]];
    const [from, to] = [Math.max(aFrom, bFrom), Math.min(aTo, bTo)];
    if (from < to) shared.push([from, to]);
    if (aTo <= bTo) i++;
    else j++;
  }
  return shared;
}

export function includes(ranges: Ranges, second: number): boolean {
  return ranges.some(([from, to]) => from <= second && second < to);
}
