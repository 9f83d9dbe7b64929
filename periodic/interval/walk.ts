import { DAY, type Day, dayNumber, dayOf } from './clock.ts';
import type { Gate } from './gates.ts';
import type { Range, Ranges } from './ranges.ts';
import type { Window, Windows } from './windows.ts';

/** A window that is open at a midnight, in seconds since that midnight. */
interface Carried {
  readonly to: number;
  /** When it was first open together with its gate; absent while it was not. */
  readonly first?: number;
}

/** What one day brings. */
export interface DayRuns {
  /** Seconds of the day at which a window and its gate are first open together. Equal days share the array. */
  readonly times: readonly number[];
  /** The longest that a window of this day, or before it, stayed open after its first run: how late a run may start. */
  readonly longest: number;
  readonly carried?: Carried;
}

/** 28 years hold every kind of year. */
const FIRST_DAY = dayNumber(2001, 1, 1);
const LAST_DAY = dayNumber(2029, 1, 1);
/** Its windows lead into the first day. */
const YEAR_BEFORE = dayNumber(2000, 1, 1);

let everyKind: readonly Day[] | undefined;

/** Days of every kind, in order: every month and date falls on every weekday, in leap years and others. */
export function everyKindOfDay(): readonly Day[] {
  everyKind ??= days(FIRST_DAY, LAST_DAY);
  return everyKind;
}

/** Goes through all kinds of days in order, with what happens on each of them. */
export function* walk(windows: Windows, gate: Gate): Generator<{ readonly day: Day; readonly runs: DayRuns }> {
  const memory = new Memory();
  let carried: Carried | undefined;
  for (const day of days(YEAR_BEFORE, FIRST_DAY)) ({ carried } = memory.runs(windows(day), gate(day), carried));
  for (const day of everyKindOfDay()) {
    const runs = memory.runs(windows(day), gate(day), carried);
    ({ carried } = runs);
    yield { day, runs };
  }
}

function days(from: number, to: number): Day[] {
  return Array.from({ length: to - from }, (_, index) => dayOf(from + index));
}

/** What a day brings that begins with a window open, or with none. */
function runsOfDay(windows: readonly Window[], ranges: Ranges, carried: Carried | undefined): DayRuns {
  const times: number[] = [];
  let longest = 0;
  let open: Carried | undefined;
  const begin = carried === undefined ? [] : [{ from: 0, ...carried }];
  for (const [index, window] of [...begin, ...windows].entries()) {
    const { from, to, first: before } = { first: undefined, ...window };
    // Where windows of equal ends follow each other the next one closes the one before.
    const close = Math.min(to, windows[index + 1 - begin.length]?.from ?? to);
    const inside = clip(ranges, from, Math.min(close, DAY));
    const first = before ?? inside[0]?.[0];
    if (before === undefined && first !== undefined) times.push(first);
    const end = inside.at(-1)?.[1];
    if (first !== undefined && end !== undefined) longest = Math.max(longest, end - first);
    open = close > DAY ? { to: close - DAY, ...(first === undefined ? {} : { first: first - DAY }) } : undefined;
  }
  return { times, longest, ...(open === undefined ? {} : { carried: open }) };
}

function clip(ranges: Ranges, from: number, to: number): Range[] {
  const inside: Range[] = [];
  for (const [a, b] of ranges) {
    if (a >= to) break;
    if (b > from) inside.push([Math.max(a, from), Math.min(b, to)]);
  }
  return inside;
}

/** Days with the same windows, gate and open window are computed once. */
class Memory {
  readonly #known = new Map<readonly Window[], Map<Ranges, Map<string, DayRuns>>>();

  runs(windows: readonly Window[], ranges: Ranges, carried: Carried | undefined): DayRuns {
    const byRanges = entry(this.#known, windows, () => new Map<Ranges, Map<string, DayRuns>>());
    const byCarried = entry(byRanges, ranges, () => new Map<string, DayRuns>());
    const key = carried === undefined ? '' : `${carried.to} ${carried.first ?? ''}`;
    return entry(byCarried, key, () => runsOfDay(windows, ranges, carried));
  }
}

/** The value of a key, made if it is not there yet. */
export function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
