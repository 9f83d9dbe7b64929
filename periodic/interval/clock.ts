/** Seconds. */
export const MINUTE = 60;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const WEEK = 7 * DAY;

/** A day of the calendar, without a time zone. */
export interface Day {
  readonly year: number;
  /** From 1. */
  readonly month: number;
  /** Day of the month, from 1. */
  readonly date: number;
  /** From 0, which is Sunday. */
  readonly weekday: number;
}

/** The calendar day that is so many days after 1970-01-01. */
export function dayOf(number: number): Day {
  const at = new Date(number * DAY * 1000);
  return { year: at.getUTCFullYear(), month: at.getUTCMonth() + 1, date: at.getUTCDate(), weekday: at.getUTCDay() };
}

/** How many days after 1970-01-01 a date is. */
export function dayNumber(year: number, month: number, date: number): number {
  return Date.UTC(year, month - 1, date) / (DAY * 1000);
}

export function daysInMonth(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

export function isLeap(year: number): boolean {
  return daysInMonth(year, 2) === 29;
}

/** Weeks begin on Monday: 0. */
export function dayOfWeekFromMonday({ weekday }: Day): number {
  return (weekday + 6) % 7;
}

/** Seconds as a clock shows them, e.g. `07:00` or `07:00:30`. */
export function clockTime(seconds: number): string {
  const [hour, minute, second] = [Math.floor(seconds / HOUR), Math.floor((seconds % HOUR) / MINUTE), seconds % MINUTE];
  return [hour, minute, ...(second === 0 ? [] : [second])].map((field) => String(field).padStart(2, '0')).join(':');
}
