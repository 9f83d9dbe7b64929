import { DAY, HOUR, MINUTE, WEEK } from './clock.ts';

/** The clock cycles that stretches of time recur in. */
export type Scope = 'minute' | 'hour' | 'day' | 'week' | 'month';

/** A stretch that recurs in every cycle of its scope, in seconds since the cycle began. */
export interface Stretch {
  readonly scope: Scope;
  readonly from: number;
  /** Left out of the stretch. */
  readonly to: number;
  /** Whether `to` lies in the cycle after the one that `from` lies in. */
  readonly wraps: boolean;
}

/** Longest length of each scope. */
export const SCOPE_LENGTH: Readonly<Record<Scope, number>> = {
  minute: MINUTE,
  hour: HOUR,
  day: DAY,
  week: WEEK,
  month: 31 * DAY,
};

/** What `on` lasts: one unit of the scope. */
const UNIT: Readonly<Record<Scope, number>> = { minute: 1, hour: MINUTE, day: HOUR, week: DAY, month: DAY };

/** The whole cycle. */
export function whole(scope: Scope): Stretch {
  return { scope, from: 0, to: SCOPE_LENGTH[scope], wraps: false };
}

/** From one point to another; over the end of the cycle if that comes first or both are the same. */
export function stretch(scope: Scope, from: number, to: number): Stretch {
  if (from === 0 && to === 0) return whole(scope);
  return { scope, from, to, wraps: to <= from };
}

/** One unit from a point on. */
export function unitFrom(scope: Scope, from: number): Stretch {
  const length = SCOPE_LENGTH[scope];
  const to = from + UNIT[scope];
  return to > length ? { scope, from, to: to - length, wraps: true } : { scope, from, to, wraps: false };
}
