import type { Client } from '@temporalio/client';
import { TASK_QUEUE, WorkflowType } from '../messages.ts';
import type { Load } from './governor.ts';

/**
 * A cookie that has been under way for longer waits for something else than its turn: a slow loader, a server that is
 * away. It is not counted, lest some that stand still hold up all that could go on.
 */
const RECENT_MS = 60_000;

const COUNT_TIMEOUT_MS = 2000;

/** A worker process that has not asked for work for longer than a poll lasts is gone. */
const POLL_MS = 70_000;
/** Worker processes do not come and go by the second. */
const WORKERS_KNOWN_MS = 10_000;

/**
 * Asks Temporal how many cookies are under way in the whole installation, whoever woke them, and how many worker
 * processes there are to share them.
 * @param cookiesPerWorker - how many are enough to keep one worker process busy
 */
export function createLoadReader(client: Client, cookiesPerWorker: number): () => Promise<Load> {
  let known = { workers: 1, until: 0 };
  const workersOfLate = async (): Promise<number> => {
    if (performance.now() < known.until) return known.workers;
    // Who may not ask for it has one worker process in mind.
    const workers = await countWorkers(client).catch(() => known.workers);
    known = { workers, until: performance.now() + WORKERS_KNOWN_MS };
    return workers;
  };
  return async () =>
    client.withDeadline(Date.now() + COUNT_TIMEOUT_MS, async () => {
      const [underWay, processes] = await Promise.all([countRecent(client), workersOfLate()]);
      return { underWay, limit: cookiesPerWorker * processes };
    });
}

async function countRecent(client: Client): Promise<number> {
  const since = new Date(Date.now() - RECENT_MS).toISOString();
  const { count } = await client.workflow.count(
    `WorkflowType="${WorkflowType.ProcessCookie}" AND ExecutionStatus="Running" AND StartTime > "${since}"`,
  );
  return count;
}

/** Those that ask for workflow tasks; one where there is none, for it may come. */
async function countWorkers({ workflowService, options }: Client): Promise<number> {
  const { namespace } = options;
  // Without a type, workflow tasks are meant.
  const { pollers } = await workflowService.describeTaskQueue({ namespace, taskQueue: { name: TASK_QUEUE } });
  const since = Date.now() - POLL_MS;
  const asking = (pollers ?? []).filter(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1000 > since);
  return Math.max(1, new Set(asking.map(({ identity }) => identity)).size);
}
