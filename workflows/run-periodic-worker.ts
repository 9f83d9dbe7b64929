import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { PeriodicActivities } from '../activities/periodic-activities.ts';
import { type RunPeriodicWorkerInput, STURDY_TASK_QUEUE } from './messages.ts';

/** Runs are bounded by the Schedule's execution timeout; this only has to be longer. */
const RUN_LIMIT = '30 days';

const { runPeriodic } = proxyActivities<PeriodicActivities>({
  taskQueue: STURDY_TASK_QUEUE,
  startToCloseTimeout: RUN_LIMIT,
  heartbeatTimeout: '15 seconds',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute', maximumAttempts: 20 },
});

/** One run of a periodic worker, started by its Schedule; a run that fails is repeated and goes on where it was. */
export async function runPeriodicWorker(input: RunPeriodicWorkerInput): Promise<unknown> {
  return runPeriodic({ ...input, startedAt: dueAt().toISOString() });
}

/** What the server notes on every run that a Schedule starts: the second in which it should have. */
const SCHEDULED_START = defineSearchAttributeKey('TemporalScheduledStartTime', SearchAttributeType.DATETIME);
const SECOND_MS = 1000;

/** When it began, unless that was late: a run that is triggered is due in the middle of a second. */
function dueAt(): Date {
  const { typedSearchAttributes, startTime } = workflowInfo();
  const scheduled = typedSearchAttributes.get(SCHEDULED_START) ?? startTime;
  return startTime.getTime() - scheduled.getTime() < SECOND_MS ? startTime : scheduled;
}
