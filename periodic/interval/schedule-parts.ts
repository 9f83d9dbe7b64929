import type { CalendarSpec, IntervalSpec } from '@temporalio/client';
import type { Alternative } from './alternatives.ts';
import { calendarsOf, secondsOf } from './calendars.ts';
import { HOUR, MINUTE } from './clock.ts';
import { cronExpressions } from './cron.ts';
import { DayTable } from './day-table.ts';
import { type Gate, not, OPEN } from './gates.ts';
import type { Ranges } from './ranges.ts';
import type { Recurrence } from './recurrence.ts';
import { type Part, Refusal } from './refusal.ts';
import { type DayRuns, entry, everyKindOfDay, walk } from './walk.ts';
import type { Windows } from './windows.ts';

/** What one alternative adds to a Schedule. */
export interface ScheduleParts {
  readonly calendars: readonly CalendarSpec[];
  readonly cronExpressions: readonly string[];
  readonly intervals: readonly IntervalSpec[];
  readonly skip: readonly CalendarSpec[];
  /** How late a run may start and still be in its window. */
  readonly longestSeconds: number;
}

type Every = Extract<Recurrence, { kind: 'every' }>;

const NOTHING = { calendars: [], cronExpressions: [], intervals: [], skip: [] };
const LONGEST_CATCHUP = HOUR;
/** Many calendars make every look at a Schedule slow. */
const MOST_CALENDARS = 200;

/**
 * Writes an alternative in Temporal's terms.
 * @throws Refusal if it never runs, or is too much for a Schedule
 */
export function scheduleParts({ recurrence, gate, part }: Alternative): ScheduleParts {
  const parts = writeParts(recurrence, gate, part);
  const { calendars, cronExpressions: crons, intervals, skip } = parts;
  if (calendars.length + crons.length + intervals.length === 0)
    throw new Refusal(part.position, 'this never comes', [], part);
  const most = Math.max(calendars.length, skip.length);
  if (most > MOST_CALENDARS)
    throw new Refusal(part.position, `this takes ${most} calendars, more than ${MOST_CALENDARS}`, [], part);
  return parts;
}

function writeParts(recurrence: Recurrence, gate: Gate, part: Part): ScheduleParts {
  if (recurrence.kind === 'every') return everyParts(recurrence, gate);
  if (recurrence.kind === 'windows' || gate !== OPEN) {
    if (recurrence.kind === 'cron' && recurrence.cron.year !== undefined)
      throw new Refusal(
        part.position,
        'a year in cron cannot be joined with other times',
        [withoutYear(recurrence)],
        part,
      );
    return windowParts(recurrence.windows, gate);
  }
  return cronParts(recurrence);
}

/** Of six fields the last is the year, of seven the first is the second. */
function withoutYear({ name }: Recurrence): string {
  return `cron ${name.split(' ').slice(1, -1).slice(-5).join(' ')}`;
}

function cronParts({ cron }: Extract<Recurrence, { kind: 'cron' }>): ScheduleParts {
  const longestSeconds = cron.second === undefined ? MINUTE : 1;
  return { ...NOTHING, cronExpressions: cronExpressions(cron), longestSeconds };
}

function windowParts(windows: Windows, gate: Gate): ScheduleParts {
  const table = new DayTable<readonly number[]>();
  const byRuns = new Map<DayRuns, readonly number[]>();
  const byContent = new Map<string, readonly number[]>();
  let longestSeconds = 0;
  for (const { day, runs } of walk(windows, gate)) {
    longestSeconds = Math.max(longestSeconds, runs.longest);
    const { times } = runs;
    const shared = entry(byRuns, runs, () => entry(byContent, times.join(), () => times));
    table.set(day, shared.length > 0 ? shared : undefined);
  }
  const calendars = [...table.boxes()].flatMap(([times, days]) => calendarsOf(days, times));
  return { ...NOTHING, calendars, longestSeconds };
}

function everyParts({ everySeconds, offsetSeconds }: Every, gate: Gate): ScheduleParts {
  const longestSeconds = Math.min(everySeconds, LONGEST_CATCHUP);
  if (gate !== OPEN && HOUR % everySeconds === 0 && offsetSeconds === 0) {
    return { ...steps(everySeconds, gate), longestSeconds };
  }
  const offset = offsetSeconds === 0 ? {} : { offset: offsetSeconds * 1000 };
  const intervals = [{ every: everySeconds * 1000, ...offset }];
  const skip = gate === OPEN ? [] : perDay(not(gate), secondsOf);
  return { ...NOTHING, intervals, skip, longestSeconds };
}

/** Every step of the hours in which the gate is open. */
function steps(everySeconds: number, gate: Gate): Omit<ScheduleParts, 'longestSeconds'> {
  const due = (ranges: Ranges): number[] => secondsOf(ranges).filter((second) => second % everySeconds === 0);
  return { ...NOTHING, calendars: perDay(gate, due) };
}

function perDay(gate: Gate, due: (ranges: Ranges) => number[]): CalendarSpec[] {
  const table = new DayTable<Ranges>();
  for (const day of everyKindOfDay()) {
    const ranges = gate(day);
    table.set(day, ranges.length > 0 ? ranges : undefined);
  }
  return [...table.boxes()].flatMap(([ranges, days]) => calendarsOf(days, due(ranges)));
}
