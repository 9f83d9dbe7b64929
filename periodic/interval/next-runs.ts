import type { ScheduleSpec } from '@temporalio/client';
import { msOptionalToNumber, msToNumber } from '@temporalio/common/lib/time.js';
import { calendarsIn, fieldsOf } from './calendar-fields.ts';
import { matches, nextMatch } from './calendar-times.ts';
import { DAY } from './clock.ts';
import { Zone } from './zone.ts';

const SECOND_MS = 1000;
/** How many skipped times, and years, are looked through for one run; Temporal's server looks through all. */
const MOST_SKIPPED = 100_000;
const MOST_YEARS_SKIPPED = 5;

/**
 * The next times, strictly after an instant, at which a Temporal server would start a run by a spec; fewer if there are
 * no more, or none within reach. Jitter is left out.
 */
export function nextRuns(spec: ScheduleSpec, after: Date, count: number): Date[] {
  const due = new DueTimes(spec);
  const runs: Date[] = [];
  let last = Math.floor(after.getTime() / SECOND_MS);
  while (runs.length < count) {
    const next = due.after(last);
    if (next === undefined) break;
    runs.push(new Date(next * SECOND_MS));
    last = next;
  }
  return runs;
}

class DueTimes {
  readonly #zone: Zone;
  readonly #calendars;
  readonly #skip;
  readonly #intervals;

  constructor(spec: ScheduleSpec) {
    this.#zone = new Zone(spec.timezone ?? 'UTC');
    this.#calendars = calendarsIn(spec);
    this.#skip = (spec.skip ?? []).map(fieldsOf);
    this.#intervals = (spec.intervals ?? []).map(({ every, offset }) => ({
      every: Math.floor(msToNumber(every) / SECOND_MS),
      offset: Math.floor((msOptionalToNumber(offset) ?? 0) / SECOND_MS),
    }));
  }

  after(instant: number): number | undefined {
    let next = this.#earliest(instant);
    for (let looks = 0; next !== undefined && this.#skipped(next); looks++) {
      if (looks >= MOST_SKIPPED || next - instant > MOST_YEARS_SKIPPED * 365 * DAY) return undefined;
      next = this.#earliest(next);
    }
    return next;
  }

  #earliest(after: number): number | undefined {
    const calendars = this.#calendars.map((fields) => nextMatch(fields, this.#zone, after));
    const intervals = this.#intervals.map(
      ({ every, offset }) => (Math.floor((after - offset) / every) + 1) * every + offset,
    );
    const found = [...calendars, ...intervals].filter((time) => time !== undefined);
    return found.length === 0 ? undefined : Math.min(...found);
  }

  #skipped(instant: number): boolean {
    return this.#skip.some((fields) => matches(fields, this.#zone, instant));
  }
}
