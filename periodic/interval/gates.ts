import { DAY, type Day, dayOfWeekFromMonday } from './clock.ts';
import { ALL_DAY, complement, intersect, NEVER, normalize, type Range, type Ranges, unite } from './ranges.ts';
import { SCOPE_LENGTH, type Stretch } from './stretch.ts';

/**
 * When something may run: for every day the seconds of it. Only the day of the month and of the week matter, and days
 * that are alike get the same array.
 */
export type Gate = (day: Day) => Ranges;

export const OPEN: Gate = () => ALL_DAY;

/** Open while a stretch lasts. */
export function gateOf(stretch: Stretch): Gate {
  const ranges = inCycle(stretch);
  if (stretch.scope === 'week') return perDay((day) => slice(ranges, dayOfWeekFromMonday(day)));
  if (stretch.scope === 'month') return perDay((day) => slice(ranges, day.date - 1));
  const length = SCOPE_LENGTH[stretch.scope];
  const everyDay = normalize(Array.from({ length: DAY / length }, (_, k) => shift(ranges, k * length)).flat());
  return () => everyDay;
}

export function both(a: Gate, b: Gate): Gate {
  if (a === OPEN) return b;
  return perDay(joined(a, b, intersect));
}

export function either(a: Gate, b: Gate): Gate {
  return perDay(joined(a, b, unite));
}

export function not(gate: Gate): Gate {
  return perDay((day) => complement(gate(day)));
}

/** Joins each two arrays once: days that are alike have the same ones, and there may be thousands of ranges in them. */
function joined(a: Gate, b: Gate, join: (a: Ranges, b: Ranges) => Ranges): Gate {
  const known = new Map<Ranges, Map<Ranges, Ranges>>();
  return (day) => {
    const [left, right] = [a(day), b(day)];
    const withLeft = known.get(left) ?? new Map<Ranges, Ranges>();
    const ranges = withLeft.get(right) ?? join(left, right);
    known.set(left, withLeft.set(right, ranges));
    return ranges;
  };
}

/** Seconds of the whole cycle; Rocketry counts a stretch with equal ends as full. */
function inCycle({ scope, from, to, wraps }: Stretch): readonly Range[] {
  return wraps
    ? [
        [0, to],
        [from, SCOPE_LENGTH[scope]],
      ]
    : [[from, to]];
}

function slice(ranges: readonly Range[], day: number): Ranges {
  return normalize(shift(ranges, -day * DAY));
}

function shift(ranges: readonly Range[], by: number): Range[] {
  return ranges.map(([from, to]) => [from + by, to + by]);
}

/** Computes a gate once for days that are alike; equal results become the same array. */
function perDay(compute: Gate): Gate {
  const byDay = new Map<number, Ranges>();
  const byItself = new Map<Ranges, Ranges>();
  const byContent = new Map<string, Ranges>([
    [ALL_DAY.join(), ALL_DAY],
    [NEVER.join(), NEVER],
  ]);
  return (day) => {
    const key = day.date * 7 + day.weekday;
    const known = byDay.get(key);
    if (known !== undefined) return known;
    const ranges = compute(day);
    const shared = byItself.get(ranges) ?? sharedBy(byContent, ranges);
    byItself.set(ranges, shared);
    byDay.set(key, shared);
    return shared;
  };
}

function sharedBy(byContent: Map<string, Ranges>, ranges: Ranges): Ranges {
  const content = ranges.join();
  const shared = byContent.get(content) ?? ranges;
  byContent.set(content, shared);
  return shared;
}
