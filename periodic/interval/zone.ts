import { DAY } from './clock.ts';

/** A clock's face, without a zone; `hour` may be 24 and `minute` 60 on the way to the next. */
export interface ClockTime {
  readonly year: number;
  readonly month: number;
  readonly date: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

/** Zones change their offsets on quarters of an hour of UTC. */
const QUARTER = 900;
/** More than a century of hours would fill memory. */
const MOST_KNOWN = 50_000;

/** A time zone's clock. Instants are seconds since 1970. */
export class Zone {
  readonly #format: Intl.DateTimeFormat;
  readonly #known = new Map<number, number>();

  /** @throws RangeError if there is no such zone */
  constructor(name: string) {
    const fields = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' } as const;
    const options = { timeZone: name, ...fields, second: 'numeric', hourCycle: 'h23', calendar: 'gregory' } as const;
    this.#format = new Intl.DateTimeFormat('en-US', options);
  }

  /** Seconds that the clock is ahead of UTC. */
  offset(instant: number): number {
    const quarter = Math.floor(instant / QUARTER);
    const known = this.#known.get(quarter);
    if (known !== undefined) return known;
    const offset = this.#readOffset(quarter * QUARTER);
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    this.#known.set(quarter, offset);
    return offset;
  }

  /** What the clock shows. */
  at(instant: number): ClockTime & { readonly weekday: number } {
    const local = new Date((instant + this.offset(instant)) * 1000);
    return {
      year: local.getUTCFullYear(),
      month: local.getUTCMonth() + 1,
      date: local.getUTCDate(),
      hour: local.getUTCHours(),
      minute: local.getUTCMinutes(),
      second: local.getUTCSeconds(),
      weekday: local.getUTCDay(),
    };
  }

  /**
   * The instant that Temporal's server, which is written in Go, takes for a clock's face: where it does not exist or
   * exists twice, the one that follows from the offset in force at the same face of a clock in UTC.
   */
  instant({ year, month, date, hour, minute, second }: ClockTime): number {
    const face = Date.UTC(year, month - 1, date, hour, minute, second) / 1000;
    const offset = this.offset(face);
    return offset === 0 ? face : face - this.offset(face - offset);
  }

  /** The next change of the offset, within a span of seconds. */
  nextChange(instant: number, within: number): number | undefined {
    for (let at = instant; at < instant + within; at += DAY) {
      if (this.offset(at) === this.offset(at + DAY)) continue;
      let [before, after] = [at, at + DAY];
      while (after - before > 1) {
        const middle = Math.floor((before + after) / 2);
        if (this.offset(middle) === this.offset(before)) before = middle;
        else after = middle;
      }
      return after;
    }
    return undefined;
  }

  #readOffset(instant: number): number {
    const parts = new Map(this.#format.formatToParts(instant * 1000).map(({ type, value }) => [type, Number(value)]));
    const field = (name: Intl.DateTimeFormatPartTypes): number => parts.get(name) ?? 0;
    const [year, month, date] = [field('year'), field('month'), field('day')];
    const face = Date.UTC(year, month - 1, date, field('hour'), field('minute'), field('second'));
    return face / 1000 - instant;
  }
}
