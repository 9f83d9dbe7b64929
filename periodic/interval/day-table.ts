import { type Day, daysInMonth, isLeap } from './clock.ts';
import { type Box, boxesOf } from './boxes.ts';

/** Days on which the same is due: every day that has one value of each. */
export interface DayBox {
  readonly leap: readonly number[];
  readonly months: readonly number[];
  readonly dates: readonly number[];
  readonly weekdays: readonly number[];
}

const YEARS = [0, 1];
const MONTHS = Array.from({ length: 12 }, (_, index) => index + 1);
const DATES = Array.from({ length: 31 }, (_, index) => index + 1);
const WEEKDAYS = [0, 1, 2, 3, 4, 5, 6];
const SOME_LEAP_YEAR = 2028;
const SOME_COMMON_YEAR = 2027;

/**
 * What is due on every kind of day. In the Gregorian calendar a day, and every day of the year before it that matters,
 * is known by whether the year is a leap year, the month, its date and its weekday.
 */
export class DayTable<T> {
  readonly #due = new Map<number, T | undefined>();

  set(day: Day, due: T | undefined): void {
    this.#due.set(cell(isLeap(day.year) ? 1 : 0, day.month, day.date, day.weekday), due);
  }

  /** For each thing that is due, the days on which it is. */
  boxes(): Map<T, DayBox[]> {
    const [first, ...others] = new Set(this.#due.values());
    if (first !== undefined && others.length === 0)
      return new Map([[first, [{ leap: YEARS, months: MONTHS, dates: DATES, weekdays: WEEKDAYS }]]]);
    const points = new Map<T, number[][]>();
    for (const point of allKinds()) {
      const due = this.#dueOrLike(point);
      if (due === undefined) continue;
      const same = points.get(due) ?? [];
      same.push(point);
      points.set(due, same);
    }
    return new Map([...points].map(([due, same]) => [due, boxesOf(same).map(toDayBox)]));
  }

  /** Days that never come count as a like day that does, which leaves fewer exceptions to write down. */
  #dueOrLike([month = 1, date = 1, weekday = 0, leap = 0]: readonly number[]): T | undefined {
    const length = daysInMonth(leap === 1 ? SOME_LEAP_YEAR : SOME_COMMON_YEAR, month);
    if (date <= length) return this.#due.get(cell(leap, month, date, weekday));
    if (month === 2 && date === 29) return this.#due.get(cell(1, month, date, weekday));
    return this.#due.get(cell(leap, 1, date, weekday));
  }
}

function cell(leap: number, month: number, date: number, weekday: number): number {
  return ((leap * 13 + month) * 32 + date) * 7 + weekday;
}

function allKinds(): number[][] {
  return MONTHS.flatMap((month) =>
    DATES.flatMap((date) => WEEKDAYS.flatMap((weekday) => YEARS.map((leap) => [month, date, weekday, leap]))),
  );
}

function toDayBox([months = [], dates = [], weekdays = [], leap = []]: Box): DayBox {
  return { leap, months, dates, weekdays };
}
