import { join } from 'node:path';
import { type ScheduleDescription, ScheduleNotFoundError, ScheduleOverlapPolicy } from '@temporalio/client';
import { readWorkerReports, type WorkersReport } from '../../periodic/user-workers/worker-reports.ts';
import { type TestGround, until } from './ground.ts';
import type { TestSystem } from './system.ts';

/** The interval of workers that a test triggers; they are started at once, too, when their Schedule is made. */
export const SOON = 'every 1 h';

type Ground = Pick<TestGround, 'client'>;

/** The Schedule of a worker. */
export async function schedule({ client }: Ground, worker: string): Promise<ScheduleDescription | undefined> {
  try {
    return await client.schedule.getHandle(worker).describe();
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return undefined;
    throw error;
  }
}

/** A run that has come to its end. */
export interface Run {
  readonly id: string;
  readonly status: string;
  readonly result: unknown;
}

/** The runs of a worker, newest first. */
async function allRuns({ client }: Ground, worker: string): Promise<Run[]> {
  const found: Run[] = [];
  for await (const { workflowId, runId, status } of client.workflow.list({
    query: `WorkflowType = "runPeriodicWorker"`,
  })) {
    if (!workflowId.startsWith(`periodic:${worker}-`)) continue;
    const result: unknown =
      status.name === 'COMPLETED' ? await client.workflow.getHandle(workflowId, runId).result() : undefined;
    found.push({ id: workflowId, status: status.name, result });
  }
  return found;
}

/** The runs of a worker that have come to their end, newest first. */
export async function runs(ground: Ground, worker: string): Promise<Run[]> {
  return (await allRuns(ground, worker)).filter(({ status }) => status !== 'RUNNING');
}

/** Waits for one more run and gives its answer. Runs that begin within one second of each other collide. */
export async function runOnce(ground: Ground, worker: string): Promise<unknown> {
  const before = new Set((await allRuns(ground, worker)).map(({ id }) => id));
  let triggeredAt = 0;
  let fresh: Run | undefined;
  await until(async () => {
    if (Date.now() - triggeredAt > 1_500) {
      triggeredAt = Date.now();
      await ground.client.schedule.getHandle(worker).trigger(ScheduleOverlapPolicy.SKIP);
    }
    fresh = (await runs(ground, worker)).find(({ id }) => !before.has(id));
    return fresh !== undefined;
  }, `one more run of ${worker}`);
  return fresh?.result;
}

/** Waits for the first run, which the making of a Schedule starts. */
export async function firstRun(ground: Ground, worker: string): Promise<unknown> {
  await until(async () => (await runs(ground, worker)).length > 0, `the first run of ${worker}`);
  return (await runs(ground, worker)).at(-1)?.result;
}

/** Path of a worker's config file. */
export function configFile({ settings }: Pick<TestGround, 'settings'>, worker: string): string {
  return join(settings.workerConfigFolder, `${worker}.json`);
}

/** Log lines whose message has a text. */
export function said(system: TestSystem, text: string): readonly Readonly<Record<string, unknown>>[] {
  return system.logged.filter(({ msg }) => String(msg).includes(text));
}

/** What the worker process makes of the files. */
export async function report(system: TestSystem): Promise<WorkersReport | undefined> {
  return (await readWorkerReports(system.store.documents))[0];
}
