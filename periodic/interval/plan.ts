import type { ScheduleSpec } from '@temporalio/client';
import { compileInterval } from '../interval.ts';
import { clockChanges } from './clock-changes.ts';
import { nextRuns } from './next-runs.ts';

/** What becomes of an interval, for people to look at before it is in force. */
export interface IntervalPlan {
  /** As the SDK has it. */
  readonly spec: ScheduleSpec;
  readonly timezone: string;
  /** Whether it runs when Rocketry would. */
  readonly exact: boolean;
  /** Whether a Schedule that is new now runs at once. */
  readonly runsAtOnce: boolean;
  /** The next runs strictly after now, without jitter: ISO instants. */
  readonly next: readonly string[];
  /** What Rocketry does otherwise. */
  readonly differences: readonly string[];
}

/** How a plan is asked for. */
export interface PlanOptions {
  /** IANA name. @default UTC */
  readonly timezone?: string | undefined;
  readonly now: Date;
  readonly jitterMs?: number | undefined;
}

const RUNS = 5;

/**
 * Plans an interval.
 * @throws IntervalError
 * @throws TypeError if there is no such time zone
 */
export function planInterval(text: string, { timezone = 'UTC', now, jitterMs = 0 }: PlanOptions): IntervalPlan {
  const { spec, exact, runsAtOnce, differences } = compileInterval(text, timezone, now);
  return {
    spec: jitterMs > 0 ? { ...spec, jitter: jitterMs } : spec,
    timezone,
    exact,
    runsAtOnce,
    next: nextRuns(spec, now, RUNS).map((run) => run.toISOString()),
    differences: [...differences, ...clockChanges(spec, now)],
  };
}
