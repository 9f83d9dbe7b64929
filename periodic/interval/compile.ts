import type { ScheduleSpec } from '@temporalio/client';
import { type Alternative, type Meaning, meaningOf } from './alternatives.ts';
import { isOpen } from './at-once.ts';
import { HOUR, MINUTE } from './clock.ts';
import { OPEN } from './gates.ts';
import { nextRuns } from './next-runs.ts';
import { quietEachOther } from './overlaps.ts';
import { parse } from './parse.ts';
import { Refusal } from './refusal.ts';
import { type ScheduleParts, scheduleParts } from './schedule-parts.ts';
import { Zone } from './zone.ts';

/** What an `interval` means to Temporal. */
export interface CompiledInterval {
  readonly spec: ScheduleSpec;
  /** How late a missed run may still start: until its window closes; one interval, at most an hour, for `every`. */
  readonly catchupWindowMs: number;
  /** Whether a Schedule that is new now runs at once, because a window is open. */
  readonly runsAtOnce: boolean;
  /** Whether it runs when Rocketry would. */
  readonly exact: boolean;
  /** What Rocketry does otherwise, in words for people. */
  readonly differences: readonly string[];
}

/** The shortest that the server takes. */
const SHORTEST_CATCHUP_MS = 10_000;
const LONGEST_TEXT = 2000;
const GATED = 'the grid goes on while it may not run; Rocketry begins anew when it may';
const UNION =
  'the alternatives are open at the same time: in Rocketry a run by one quiets the other, here all of them run';

/**
 * Compiles an interval text.
 * @throws Refusal
 * @throws TypeError if there is no such time zone
 */
export function compile(text: string, timezone: string, now: Date): CompiledInterval {
  if (text.length > LONGEST_TEXT) throw new Refusal(LONGEST_TEXT, `longer than ${LONGEST_TEXT} characters`, []);
  const zone = openZone(timezone);
  const meaning = meaningOf(parse(text), text);
  const parts = meaning.alternatives.map(scheduleParts);
  const spec = { ...join(parts), timezone };
  if (nextRuns(spec, now, 1).length === 0) throw unreachable(meaning.alternatives);
  const face = zone.at(Math.floor(now.getTime() / 1000));
  const longestMs = Math.max(...parts.map(({ longestSeconds }) => longestSeconds)) * 1000;
  return {
    spec,
    catchupWindowMs: Math.max(SHORTEST_CATCHUP_MS, longestMs),
    runsAtOnce: meaning.alternatives.some((alternative) => isOpen(alternative, face)),
    ...fidelity(meaning),
  };
}

function join(parts: readonly ScheduleParts[]): ScheduleSpec {
  const calendars = parts.flatMap((part) => part.calendars);
  const cronExpressions = parts.flatMap((part) => part.cronExpressions);
  const intervals = parts.flatMap((part) => part.intervals);
  const skip = parts.flatMap((part) => part.skip);
  if (skip.length > 0 && parts.length > 1)
    throw new Refusal(0, 'what one alternative skips all others would skip too: make it a worker of its own', []);
  return {
    ...(calendars.length > 0 ? { calendars } : {}),
    ...(cronExpressions.length > 0 ? { cronExpressions } : {}),
    ...(intervals.length > 0 ? { intervals } : {}),
    ...(skip.length > 0 ? { skip } : {}),
  };
}

function fidelity({ alternatives, differences }: Meaning): Pick<CompiledInterval, 'exact' | 'differences'> {
  const overlapping = alternatives.some((a, index) => alternatives.slice(index + 1).some((b) => quietEachOther(a, b)));
  const gated = alternatives.some(({ recurrence, gate }) => recurrence.kind === 'every' && gate !== OPEN);
  return {
    exact: !overlapping && alternatives.every(({ exact }) => exact),
    differences: [...new Set([...differences, ...(gated ? [GATED] : []), ...(overlapping ? [UNION] : [])])],
  };
}

/** Temporal would look for a run for ever. */
function unreachable(alternatives: readonly Alternative[]): Refusal {
  const every = alternatives.find(({ recurrence }) => recurrence.kind === 'every');
  if (every?.recurrence.kind !== 'every') return new Refusal(0, 'this never comes', []);
  const { everySeconds } = every.recurrence;
  const grid = Array.from({ length: HOUR }, (_, index) => index + 1).find((n) => n >= everySeconds && HOUR % n === 0);
  const instead = grid === undefined ? '1 h' : grid % MINUTE === 0 ? `${grid / MINUTE} min` : `${grid} s`;
  const reason = 'its grid never meets the times it is joined with, or hardly ever: take one that divides an hour';
  return new Refusal(every.part.position, reason, [`every ${instead}`], every.part);
}

function openZone(timezone: string): Zone {
  try {
    return new Zone(timezone);
  } catch (error) {
    throw new TypeError(`there is no time zone ${JSON.stringify(timezone)}`, { cause: error });
  }
}
