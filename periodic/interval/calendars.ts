import { type CalendarSpec, DAYS_OF_WEEK, type LooseRange, MONTHS } from '@temporalio/client';
import { boxesOf } from './boxes.ts';
import { DAY, HOUR, isLeap, MINUTE } from './clock.ts';
import type { DayBox } from './day-table.ts';
import { progressions } from './progressions.ts';
import type { Ranges } from './ranges.ts';

/** A field of a calendar. */
export type Field<T> = LooseRange<T> | LooseRange<T>[] | '*';

/** Years that Temporal's calendars know. */
export const YEARS = Array.from({ length: 101 }, (_, index) => 2000 + index);

/** Calendars of all the given seconds on all the given days. */
export function calendarsOf(days: readonly DayBox[], seconds: readonly number[]): CalendarSpec[] {
  const points = seconds.map((at) => [Math.floor(at / HOUR), Math.floor((at % HOUR) / MINUTE), at % MINUTE]);
  return boxesOf(points).flatMap(([hours = [], minutes = [], ofMinute = []]) =>
    days.map((day) => ({
      second: numbers(ofMinute, 60),
      minute: numbers(minutes, 60),
      hour: numbers(hours, 24),
      ...dayFields(day),
    })),
  );
}

/** Every second of the ranges. */
export function secondsOf(ranges: Ranges): number[] {
  return ranges.flatMap(([from, to]) => Array.from({ length: Math.min(to, DAY) - from }, (_, index) => from + index));
}

function dayFields({ leap, months, dates, weekdays }: DayBox): Partial<CalendarSpec> {
  return {
    ...(dates.length === 31 ? {} : { dayOfMonth: numbers(dates, 31) }),
    ...(months.length === 12 ? {} : { month: field(months, (month) => MONTHS[month - 1] ?? 'JANUARY') }),
    ...(weekdays.length === 7 ? {} : { dayOfWeek: field(weekdays, (weekday) => DAYS_OF_WEEK[weekday] ?? 'SUNDAY') }),
    ...(leap.length === 2 ? {} : { year: numbers(yearsThatAre(leap.includes(1)), YEARS.length) }),
  };
}

function yearsThatAre(leap: boolean): number[] {
  return YEARS.filter((year) => isLeap(year) === leap);
}

function numbers(values: readonly number[], all: number): Field<number> {
  return values.length === all ? '*' : field(values, Number);
}

function field<T>(values: readonly number[], unit: (value: number) => T): Field<T> {
  const ranges = progressions(values).map(({ start, end, step }): LooseRange<T> => {
    if (start === end) return unit(start);
    // The SDK takes a range without an end for one that ends at 1.
    return step === 1 ? { start: unit(start), end: unit(end) } : { start: unit(start), end: unit(end), step };
  });
  const [only] = ranges;
  return ranges.length === 1 && only !== undefined ? only : ranges;
}
