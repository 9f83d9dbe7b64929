import type { ScheduleSpec } from '@temporalio/client';
import { IntervalError } from './errors.ts';
import { parseSpan } from './span.ts';

/** What an `interval` means to Temporal. */
export interface CompiledInterval {
  readonly spec: ScheduleSpec;
  /** How late a missed run may still start: one interval, at most an hour. */
  readonly catchupWindowMs: number;
  /** Whether a new Schedule runs at once: the forms that mean "once in every window" do, because the window has begun. */
  readonly runsAtOnce: boolean;
}

/** Something wrong with a configured interval, in the words of configuration problems. */
export interface IntervalProblem {
  readonly path: 'interval';
  readonly found: string;
  readonly allowed: string;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const LONGEST_CATCHUP_MS = HOUR;
/** The shortest that the server takes. */
const SHORTEST_CATCHUP_MS = 10 * SECOND;

const CYCLES: Readonly<Record<string, { readonly spec: ScheduleSpec; readonly lengthMs: number }>> = {
  minutely: { spec: { calendars: [{ second: 0, minute: '*', hour: '*' }] }, lengthMs: MINUTE },
  hourly: { spec: { calendars: [{ second: 0, minute: 0, hour: '*' }] }, lengthMs: HOUR },
  daily: { spec: { calendars: [{ second: 0, minute: 0, hour: 0 }] }, lengthMs: DAY },
};

/**
 * Turns an interval, spelt as in Rocketry's condition syntax, into what a Temporal Schedule understands: `minutely`,
 * `hourly`, `daily` and `every <number> <unit>`. Case matters, as it does there.
 * @throws IntervalError for every other text
 */
export function compileInterval(text: string, timezone = 'UTC'): CompiledInterval {
  try {
    return compile(text, timezone);
  } catch (error) {
    if (!(error instanceof IntervalError) || compiles(error.nearest)) throw error;
    throw new IntervalError(text, error.position, error.reason, 'hourly');
  }
}

function compile(text: string, timezone: string): CompiledInterval {
  const form = text.trim();
  const cycle = Object.hasOwn(CYCLES, form) ? CYCLES[form] : undefined;
  if (cycle !== undefined) return compiled(cycle.spec, timezone, cycle.lengthMs);
  if (/^every\b/.test(form)) return compileEvery(text, timezone);
  throw refusal(text, form);
}

/** {@link compileInterval}'s refusal as a configuration problem; none if it accepts. */
export function intervalProblems(text: string, timezone?: string): IntervalProblem[] {
  try {
    compileInterval(text, timezone);
    return [];
  } catch (error) {
    if (!(error instanceof IntervalError)) throw error;
    const { position, reason, nearest } = error;
    return [
      { path: 'interval', found: `${JSON.stringify(text)} (at ${position}: ${reason})`, allowed: `e.g. "${nearest}"` },
    ];
  }
}

/** A suggestion that would be refused in its turn helps nobody. */
function compiles(suggestion: string): boolean {
  try {
    return compile(suggestion, 'UTC').catchupWindowMs > 0;
  } catch {
    return false;
  }
}

function compileEvery(text: string, timezone: string): CompiledInterval {
  const start = text.indexOf('every') + 'every'.length;
  const everyMs = parseSpan(text, start);
  // Temporal counts intervals from 1970, so runs keep their times of day and do not drift as Rocketry's do.
  return compiled({ intervals: [{ every: everyMs }] }, timezone, everyMs);
}

function compiled(spec: ScheduleSpec, timezone: string, lengthMs: number): CompiledInterval {
  const catchupWindowMs = Math.max(SHORTEST_CATCHUP_MS, Math.min(lengthMs, LONGEST_CATCHUP_MS));
  return { spec: { ...spec, timezone }, catchupWindowMs, runsAtOnce: true };
}

function refusal(text: string, form: string): IntervalError {
  const position = text.length - text.trimStart().length;
  if (form === '') return new IntervalError(text, position, 'it is empty', 'hourly');
  if (form === 'secondly') return new IntervalError(text, position, 'a run every second is not kept up', 'every 1 s');
  const lower = form.toLowerCase();
  if (lower !== form && (Object.hasOwn(CYCLES, lower) || lower.startsWith('every'))) {
    return new IntervalError(text, position, 'upper and lower case matter', lower);
  }
  const cycle = Object.keys(CYCLES).find((name) => form.startsWith(`${name} `));
  if (cycle !== undefined) {
    return new IntervalError(text, position + cycle.length + 1, 'nothing may follow here', cycle);
  }
  if (/^\d/.test(form)) return new IntervalError(text, position, '"every" is missing', `every ${form}`);
  return new IntervalError(text, position, 'known are minutely, hourly, daily and every <number> <unit>', 'hourly');
}
