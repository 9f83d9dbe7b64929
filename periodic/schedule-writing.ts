import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Client,
  ScheduleAlreadyRunning,
  type ScheduleDescription,
  ScheduleNotFoundError,
  ScheduleOverlapPolicy,
  type ScheduleOptions,
  type ScheduleUpdateOptions,
} from '@temporalio/client';
import { z } from 'zod';
import { type CompiledInterval, compileInterval } from './interval.ts';
import type { ScheduledOverlap, ScheduledWorker } from './scheduled-worker.ts';

/** What every Schedule starts. */
export interface ScheduledAction {
  /** Type name of the workflow; it is given `{worker, digest}`. */
  readonly workflowType: string;
  readonly taskQueue: string;
  /** When a run that neither ends nor fails is given up, because overlap "skip" would wait for it for ever. @default 24 h */
  readonly executionTimeoutMs?: number;
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** Others may create or remove the same Schedule meanwhile; nobody does so this many times in a row. */
const MAX_TURNS = 10;
const TURN_MS = 100;
/** Runs are few and due at their time; behind thousands of waiting cookies they would begin minutes late. Not in the SDK's types. */
const AHEAD_OF_COOKIES = { priority: { priorityKey: 1 } };
const PAUSED_NOTE = 'paused in its config file';

const OVERLAPS = {
  skip: ScheduleOverlapPolicy.SKIP,
  buffer_one: ScheduleOverlapPolicy.BUFFER_ONE,
  buffer_all: ScheduleOverlapPolicy.BUFFER_ALL,
  cancel_other: ScheduleOverlapPolicy.CANCEL_OTHER,
  terminate_other: ScheduleOverlapPolicy.TERMINATE_OTHER,
  allow_all: ScheduleOverlapPolicy.ALLOW_ALL,
} satisfies Record<ScheduledOverlap, ScheduleOverlapPolicy>;

const writtenArgument = z.object({ digest: z.string() });
const writtenMemo = z.object({ pausedInFile: z.boolean() });

/** What happened to a class's Schedule. */
export type Written = 'created' | 'updated' | 'untouched';

/**
 * Makes the Schedule of one class say what its configuration says. A Schedule written from the same configuration is
 * left alone, whatever was done to it by hand since.
 * @throws IntervalError
 */
export async function writeSchedule(
  client: Client,
  config: ScheduledWorker,
  action: ScheduledAction,
): Promise<Written> {
  const interval = compileInterval(config.interval, config.timezone);
  const handle = client.schedule.getHandle(config.worker);
  for (let turn = 1; turn <= MAX_TURNS; turn++) {
    const existing = await describe(client, config.worker);
    if (existing === undefined) {
      if (await create(client, config, action, interval)) return 'created';
      await sleep(TURN_MS);
      continue;
    }
    if (writtenDigest(existing) === config.digest) {
      await startNeverRun(client, existing, interval);
      return 'untouched';
    }
    try {
      await handle.update((previous) => updated(previous, config, action, interval));
      return 'updated';
    } catch (error) {
      if (!(error instanceof ScheduleNotFoundError)) throw error;
    }
  }
  throw new Error(`the Schedule ${config.worker} is created and removed by others all the time`);
}

/** Removes the Schedule of a class. A run under way goes on to its end. @returns false if there was none */
export async function removeSchedule(client: Client, worker: string): Promise<boolean> {
  try {
    await client.schedule.getHandle(worker).delete();
    return true;
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return false;
    throw error;
  }
}

async function describe(client: Client, worker: string): Promise<ScheduleDescription | undefined> {
  try {
    return await client.schedule.getHandle(worker).describe();
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return undefined;
    throw error;
  }
}

async function create(
  client: Client,
  config: ScheduledWorker,
  action: ScheduledAction,
  interval: CompiledInterval,
): Promise<boolean> {
  const { worker, paused } = config;
  try {
    const handle = await client.schedule.create({
      scheduleId: worker,
      ...schedule(config, action, interval),
      ...(paused ? { state: { paused, note: PAUSED_NOTE } } : {}),
    });
    // Not by `triggerImmediately`: that allows any overlap, and a run started so is not seen by later "skip"s.
    if (interval.runsAtOnce && !paused) await handle.trigger(ScheduleOverlapPolicy.SKIP);
    return true;
  } catch (error) {
    if (error instanceof ScheduleAlreadyRunning) return false;
    throw error;
  }
}

/** Makes up for a process that ended between creating a Schedule and starting its first run. */
async function startNeverRun(client: Client, existing: ScheduleDescription, interval: CompiledInterval): Promise<void> {
  if (!interval.runsAtOnce || existing.state.paused || existing.info.numActionsTaken > 0) return;
  await client.schedule.getHandle(existing.scheduleId).trigger(ScheduleOverlapPolicy.SKIP);
}

function updated(
  previous: ScheduleDescription,
  config: ScheduledWorker,
  action: ScheduledAction,
  interval: CompiledInterval,
): ScheduleUpdateOptions {
  const { searchAttributes, typedSearchAttributes, state } = previous;
  const { policies, ...written } = schedule(config, action, interval);
  return {
    searchAttributes,
    typedSearchAttributes,
    ...written,
    policies: { ...previous.policies, ...policies },
    state: pausedChanged(previous, config) ? { ...state, ...pausedState(config) } : state,
  };
}

function schedule(config: ScheduledWorker, action: ScheduledAction, { spec, catchupWindowMs }: CompiledInterval) {
  const { worker, digest, paused, overlap, jitterMs = 0 } = config;
  return {
    spec: jitterMs > 0 ? { ...spec, jitter: jitterMs } : spec,
    policies: { overlap: OVERLAPS[overlap], catchupWindow: config.catchupWindowMs ?? catchupWindowMs },
    action: {
      type: 'startWorkflow',
      workflowType: action.workflowType,
      taskQueue: action.taskQueue,
      workflowId: `periodic:${worker}`,
      ...AHEAD_OF_COOKIES,
      workflowExecutionTimeout: action.executionTimeoutMs ?? DAY_MS,
      staticSummary: worker,
      // Kept here to tell a changed `paused` in the file from a Schedule paused by hand.
      memo: { pausedInFile: paused },
      args: [{ worker, digest }],
    },
  } satisfies Omit<ScheduleOptions, 'scheduleId'>;
}

function pausedChanged(previous: ScheduleDescription, { paused }: ScheduledWorker): boolean {
  const memo = writtenMemo.safeParse(previous.action.memo);
  return memo.success ? memo.data.pausedInFile !== paused : paused;
}

function pausedState({ paused }: ScheduledWorker): { paused: boolean; note: string } {
  return { paused, note: paused ? PAUSED_NOTE : 'no longer paused in its config file' };
}

function writtenDigest({ action }: ScheduleDescription): string | undefined {
  const argument = writtenArgument.safeParse(action.args?.[0]);
  return argument.success ? argument.data.digest : undefined;
}
