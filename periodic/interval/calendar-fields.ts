import { type CalendarSpec, DAYS_OF_WEEK, type LooseRange, MONTHS, type ScheduleSpec } from '@temporalio/client';
import { type Cron, cronExpressions, parseCron } from './cron.ts';
import { type Field, YEARS } from './calendars.ts';

/** The values of a calendar's fields; a clock's face matches if all do. Weekdays count from Sunday: 0. */
export interface CalendarFields {
  readonly year: ReadonlySet<number>;
  readonly month: ReadonlySet<number>;
  readonly date: ReadonlySet<number>;
  readonly weekday: ReadonlySet<number>;
  readonly hour: ReadonlySet<number>;
  readonly minute: ReadonlySet<number>;
  readonly second: ReadonlySet<number>;
}

/** The calendars of a spec, those of its cron expressions among them. */
export function calendarsIn({ calendars = [], cronExpressions: crons = [] }: ScheduleSpec): CalendarFields[] {
  return [...calendars.map(fieldsOf), ...crons.map((cron) => fieldsOfCron(parseCron(cron, 0)))];
}

/** What a calendar's fields hold, defaults filled in. */
export function fieldsOf(calendar: CalendarSpec): CalendarFields {
  return {
    year: valuesOf(calendar.year ?? '*', Number, YEARS),
    month: valuesOf(calendar.month ?? '*', (month) => MONTHS.indexOf(month) + 1, counting(1, 12)),
    date: valuesOf(calendar.dayOfMonth ?? '*', Number, counting(1, 31)),
    weekday: valuesOf(calendar.dayOfWeek ?? '*', (weekday) => DAYS_OF_WEEK.indexOf(weekday), counting(0, 6)),
    hour: valuesOf(calendar.hour ?? 0, Number, counting(0, 23)),
    minute: valuesOf(calendar.minute ?? 0, Number, counting(0, 59)),
    second: valuesOf(calendar.second ?? 0, Number, counting(0, 59)),
  };
}

function fieldsOfCron(cron: Cron): CalendarFields {
  if (cronExpressions(cron).length > 1) throw new TypeError('Temporal matches days of month and week together');
  return {
    year: new Set(cron.year?.values ?? YEARS),
    month: new Set(cron.month.values),
    date: new Set(cron.dayOfMonth.values),
    weekday: new Set(cron.dayOfWeek.values),
    hour: new Set(cron.hour.values),
    minute: new Set(cron.minute.values),
    second: new Set(cron.second?.values ?? [0]),
  };
}

function valuesOf<T extends number | string>(
  field: Field<T>,
  number: (unit: T) => number,
  all: readonly number[],
): ReadonlySet<number> {
  if (field === '*') return new Set(all);
  const ranges = Array.isArray(field) ? field : [field];
  return new Set(ranges.flatMap((range) => rangeValues(range, number)));
}

function rangeValues<T extends number | string>(range: LooseRange<T>, number: (unit: T) => number): number[] {
  if (typeof range !== 'object') return [number(range)];
  const start = number(range.start);
  const end = range.end === undefined ? start : number(range.end);
  return counting(start, end).filter((value) => (value - start) % (range.step ?? 1) === 0);
}

function counting(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
