import { DAY, type Day, dayNumber, dayOfWeekFromMonday, daysInMonth, WEEK } from './clock.ts';
import { SCOPE_LENGTH, type Stretch } from './stretch.ts';

/** A window in seconds since midnight of the day on which it opens; it may close on a later day. */
export interface Window {
  readonly from: number;
  /** Left out of the window. */
  readonly to: number;
}

/** The windows that open on a day, in order. Days that are alike get the same array. */
export type Windows = (day: Day) => readonly Window[];

/** No window opens. */
export const NONE: readonly Window[] = [];

/** The windows that recur as a stretch does, one in every cycle. */
export function windowsOf(stretch: Stretch): Windows {
  if (stretch.scope === 'week') return weekly(stretch);
  if (stretch.scope === 'month') return monthly(stretch);
  return within(stretch);
}

/** One window a day from a second on, where `opens` says so. */
export function dayWindows(opens: (day: Day) => boolean, from: number, length: number): Windows {
  const window = [{ from, to: from + length }];
  return (day) => (opens(day) ? window : NONE);
}

/** A year's window, from 1 January. */
export const yearly: Windows = everyMonths(12);

/** A window from the first of every so many months, counted from January. */
export function everyMonths(count: number): Windows {
  return ({ year, month, date }) => {
    if (date !== 1 || (month - 1) % count !== 0) return NONE;
    return [{ from: 0, to: (dayNumber(year, month + count, 1) - dayNumber(year, month, 1)) * DAY }];
  };
}

export function isLastOfMonth({ year, month, date }: Day): boolean {
  return date === daysInMonth(year, month);
}

function within({ scope, from, to, wraps }: Stretch): Windows {
  const length = SCOPE_LENGTH[scope];
  const close = wraps ? to + length : to;
  const windows = Array.from({ length: DAY / length }, (_, k) => ({ from: k * length + from, to: k * length + close }));
  return () => windows;
}

function weekly({ from, to, wraps }: Stretch): Windows {
  const opensOn = Math.floor(from / DAY);
  const close = (wraps ? to + WEEK : to) - opensOn * DAY;
  return dayWindows((day) => dayOfWeekFromMonday(day) === opensOn, from % DAY, close - (from % DAY));
}

function monthly({ from, to, wraps }: Stretch): Windows {
  const opensOn = Math.floor(from / DAY) + 1;
  return (day) => {
    if (day.date !== opensOn) return NONE;
    const length = daysInMonth(day.year, day.month) * DAY;
    const next = daysInMonth(day.year, day.month + 1) * DAY;
    const close = wraps ? length + Math.min(to, next) : Math.min(to, length);
    return [{ from: from % DAY, to: close - (opensOn - 1) * DAY }];
  };
}
