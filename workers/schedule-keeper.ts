import { hostname } from 'node:os';
import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Documents } from '../cookiejar/cookie-jar.ts';
import { type ConfigProblem, describeProblem } from '../configs/errors.ts';
import { watchWorkerConfigs } from '../configs/watch-worker-configs.ts';
import type { WorkerConfigs } from '../configs/worker-configs.ts';
import { reconcileSchedules } from '../periodic/schedules.ts';
import type { SchedulesInForce } from '../periodic/scheduled-worker.ts';
import { TASK_QUEUE, WorkflowType } from '../workflows/messages.ts';
import { inspectWorkerConfig, KNOWN_WORKERS } from './periodic-runner.ts';

/** What a schedule keeper works with. */
export interface ScheduleKeeperOptions {
  readonly client: Client;
  readonly documents: Documents;
  /** Folder of `<ClassName>.json` files. */
  readonly folder: string;
  readonly log: Logger;
  /** Told what is in force, before the Schedules follow it. */
  readonly onConfigs: (configs: WorkerConfigs) => void;
}

/** Makes the Schedules follow the worker files, now and whenever these change. */
export async function keepSchedules(options: ScheduleKeeperOptions): Promise<{ close(): Promise<void> }> {
  const { client, documents, folder, log, onConfigs } = options;
  const record = `schedules:${hostname()}:${folder}`;
  let inForce = await recorded(documents, record);
  const follow = async (configs: WorkerConfigs): Promise<void> => {
    onConfigs(configs);
    const done = await reconcileSchedules({
      client,
      configs: configs.configs.values(),
      broken: configs.broken,
      knownWorkers: KNOWN_WORKERS,
      action: { workflowType: WorkflowType.RunPeriodicWorker, taskQueue: TASK_QUEUE },
      previous: inForce,
    });
    if (JSON.stringify(done.inForce) !== JSON.stringify(inForce)) await keep(documents, record, done.inForce);
    ({ inForce } = done);
    logProblems(log, [...configs.problems, ...done.problems]);
    const { created, updated, removed } = done;
    if (created.length + updated.length + removed.length > 0)
      log.info({ created, updated, removed }, 'schedules changed');
  };
  return watchWorkerConfigs(folder, follow, {
    inspect: inspectWorkerConfig,
    onError: (error) => {
      log.error({ err: error }, 'worker files could not be put in force; it is tried again');
    },
  });
}

const recordSchema = z.object({ in_force: z.record(z.string(), z.string()) });

/** What a process over the same folder put in force before, so that files deleted while none ran are noticed. */
async function recorded(documents: Documents, id: string): Promise<SchedulesInForce> {
  return recordSchema.safeParse((await documents.read([id])).get(id)).data?.in_force ?? {};
}

async function keep(documents: Documents, id: string, inForce: SchedulesInForce): Promise<void> {
  await documents.update(id, () => ({ result: undefined, write: { in_force: inForce } }));
}

function logProblems(log: Logger, problems: readonly ConfigProblem[]): void {
  for (const problem of problems) log.error({ ...problem }, `configuration: ${describeProblem(problem)}`);
}
