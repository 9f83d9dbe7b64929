import type { CalendarFields } from './calendar-fields.ts';
import { daysInMonth, HOUR } from './clock.ts';
import type { ClockTime, Zone } from './zone.ts';

/** The last year that Temporal's calendars know. */
const LAST_YEAR = 2100;

/** Whether a calendar matches an instant, in seconds since 1970. */
export function matches(fields: CalendarFields, zone: Zone, instant: number): boolean {
  const face = zone.at(instant);
  return (
    fields.year.has(face.year) &&
    fields.month.has(face.month) &&
    fields.date.has(face.date) &&
    fields.weekday.has(face.weekday) &&
    fields.hour.has(face.hour) &&
    fields.minute.has(face.minute) &&
    fields.second.has(face.second)
  );
}

/**
 * The first instant after another that a calendar matches, as Temporal's server finds it: clock times are taken
 * literally, those that do not exist are passed over, and the server's own reading of the hour that comes twice (tried
 * on server 1.32) is kept, where east of Greenwich the hour before it is repeated.
 * @returns undefined if there is none up to 2100
 */
export function nextMatch(fields: CalendarFields, zone: Zone, after: number): number | undefined {
  return new Search(fields, zone, after).run();
}

class Search {
  readonly #fields: CalendarFields;
  readonly #zone: Zone;
  #face: ClockTime;
  /** In the second pass through an hour. */
  #again: boolean;

  constructor(fields: CalendarFields, zone: Zone, after: number) {
    const face = zone.at(after);
    this.#fields = fields;
    this.#zone = zone;
    this.#again = zone.at(after - HOUR).hour === face.hour;
    this.#face = { ...face, second: face.second + 1 };
  }

  run(): number | undefined {
    for (;;) {
      this.#carry();
      if (this.#face.year > LAST_YEAR) return undefined;
      if (!(this.#seekDay() && this.#seekHour() && this.#seek('minute') && this.#seek('second'))) continue;
      const instant = this.#zone.instant(this.#face);
      if (this.#zone.at(instant).hour === this.#face.hour) return instant + (this.#again ? HOUR : 0);
      this.#face = { ...this.#face, hour: this.#face.hour + 1, minute: 0, second: 0 };
    }
  }

  /** Puts fields that ran over into the next larger one. */
  #carry(): void {
    if (this.#face.second >= 60) this.#face = { ...this.#face, minute: this.#face.minute + 1, second: 0 };
    if (this.#face.minute >= 60) this.#nextHour();
    if (this.#face.hour >= 24) this.#face = { ...this.#face, date: this.#face.date + 1, hour: 0 };
    if (this.#face.date > daysInMonth(this.#face.year, this.#face.month))
      this.#face = { ...this.#face, month: this.#face.month + 1, date: 1 };
    if (this.#face.month > 12) this.#face = { ...this.#face, year: this.#face.year + 1, month: 1 };
  }

  #nextHour(): void {
    const current = { ...this.#face, minute: 0, second: 0 };
    const next = { ...current, hour: current.hour + 1 };
    const repeated = !this.#again && this.#zone.instant(next) - this.#zone.instant(current) > HOUR;
    this.#again = repeated;
    this.#face = { ...(repeated ? current : next), second: this.#face.second };
  }

  /** @returns false if a larger field ran over */
  #seekDay(): boolean {
    const { year, month, date, weekday } = this.#fields;
    while (!year.has(this.#face.year) || !month.has(this.#face.month)) {
      const byYear = !year.has(this.#face.year);
      const start = byYear ? { year: this.#face.year + 1, month: 1 } : { month: this.#face.month + 1 };
      this.#moveTo({ ...start, date: 1 });
      if (this.#face.month > 12 || byYear) return false;
    }
    while (!date.has(this.#face.date) || !weekday.has(this.#weekday())) {
      this.#moveTo({ date: this.#face.date + 1 });
      if (this.#face.date > daysInMonth(this.#face.year, this.#face.month)) return false;
    }
    return true;
  }

  /** @returns false if the day ran over */
  #seekHour(): boolean {
    while (!this.#fields.hour.has(this.#face.hour)) {
      this.#face = { ...this.#face, hour: this.#face.hour + 1, minute: 0, second: 0 };
      this.#again = false;
      if (this.#face.hour >= 24) return false;
    }
    return true;
  }

  /** @returns false if the field ran over */
  #seek(name: 'minute' | 'second'): boolean {
    while (!this.#fields[name].has(this.#face[name])) {
      const value = this.#face[name] + 1;
      this.#face = { ...this.#face, [name]: value, ...(name === 'minute' ? { second: 0 } : {}) };
      if (value >= 60) return false;
    }
    return true;
  }

  #moveTo(change: Partial<ClockTime>): void {
    this.#face = { ...this.#face, hour: 0, minute: 0, second: 0, ...change };
    this.#again = false;
  }

  /** Of the instant that the face stands for, which differs from the face's own where midnight does not exist. */
  #weekday(): number {
    return this.#zone.at(this.#zone.instant(this.#face)).weekday;
  }
}
