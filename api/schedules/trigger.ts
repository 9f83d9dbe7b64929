import { setTimeout as sleep } from 'node:timers/promises';
import {
  type ScheduleDescription,
  type ScheduleExecutionActionResult,
  type ScheduleHandle,
  ScheduleOverlapPolicy,
} from '@temporalio/client';
import { UnavailableError } from '../errors.ts';
import type { TriggerOutcome } from './schedule-desk.ts';

/** Runs are named by the second in which they begin; two that share it may collide, and the later be swallowed. */
const SAME_SECOND_MS = 1100;
const LOOK_MS = 50;
const MAX_TRIGGERS = 4;

/**
 * Has a Schedule run now, unless a run is under way. A trigger that Temporal swallows is repeated; should it have been
 * slow instead of swallowed, the repetition finds the run under way, and changes nothing.
 * @throws UnavailableError where no run began, and none was under way
 */
export async function triggerSchedule(handle: ScheduleHandle, before: ScheduleDescription): Promise<TriggerOutcome> {
  const [underWay] = before.info.runningActions;
  if (underWay !== undefined) return { triggered: false, ...nameOf(underWay) };
  for (let turn = 1; turn <= MAX_TRIGGERS; turn++) {
    await handle.trigger(ScheduleOverlapPolicy.SKIP);
    const outcome = await watch(handle, before);
    if (outcome !== undefined) return outcome;
  }
  throw new UnavailableError(`Temporal took the trigger of ${handle.scheduleId}, but began no run; ask again later`);
}

async function watch(handle: ScheduleHandle, before: ScheduleDescription): Promise<TriggerOutcome | undefined> {
  const deadline = Date.now() + SAME_SECOND_MS;
  for (;;) {
    const outcome = outcomeSince(before, await handle.describe());
    if (outcome !== undefined || Date.now() > deadline) return outcome;
    await sleep(LOOK_MS);
  }
}

function outcomeSince(before: ScheduleDescription, { info }: ScheduleDescription): TriggerOutcome | undefined {
  const known = new Set(before.info.recentActions.map(({ action }) => action.workflow.firstExecutionRunId));
  const begun = info.recentActions.find(({ action }) => !known.has(action.workflow.firstExecutionRunId));
  if (begun !== undefined) return { triggered: true, ...nameOf(begun.action) };
  const skipped = info.numActionsSkippedOverlap > before.info.numActionsSkippedOverlap;
  const last = info.recentActions.at(-1);
  if (!skipped || last === undefined) return undefined;
  return { triggered: false, ...nameOf(last.action) };
}

function nameOf({ workflow }: ScheduleExecutionActionResult): Omit<TriggerOutcome, 'triggered'> {
  return { workflow_id: workflow.workflowId, run_id: workflow.firstExecutionRunId };
}
