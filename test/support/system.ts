import type { Client } from '@temporalio/client';
import { type Logger, pino } from 'pino';
import { type RunningApi } from '../../api/serve.ts';
import { Lifetime } from '../../cli/lifetime.ts';
import { serveApi } from '../../cli/serve-api.ts';
import type { Settings } from '../../configs/settings.ts';
import type { Enrichment } from '../../cookiejar/enrichment.ts';
import { startWorkerProcess, type WorkerProcess } from '../../workers/worker-process.ts';
import type { WakeCookie } from '../../workflows/client/wake.ts';
import { cookieWorkflowId } from '../../workflows/client/workflow-ids.ts';
import { layTestGround, type TestGround, type TestGroundOptions, until } from './ground.ts';

export { until };

/** The whole of Cookie Monster but its embedded servers, over a jar, a namespace and folders of its own. */
export interface TestSystem extends TestGround {
  readonly api: RunningApi;
  /** What was logged, one parsed line each. */
  readonly logged: readonly Readonly<Record<string, unknown>>[];
  readonly worker: WorkerProcess;
  /** Starts one more worker process on the same jar and namespace, over a rules folder of its own or the same. */
  startWorker(settings?: Partial<Settings>): Promise<WorkerProcess>;
  /** Stores enrichments of one cookie and wakes it. */
  enrich(identifier: string, ...enrichments: Enrichment[]): Promise<void>;
  readonly wake: WakeCookie;
}

/** Starts one; `await using` ends it. */
export async function startTestSystem(options: TestGroundOptions): Promise<TestSystem> {
  const ground = await layTestGround(options);
  const { settings, connection, client, store } = ground;
  const { log, logged } = memoryLog();
  const lifetime = new Lifetime(log);
  const startWorker = async (changed: Partial<Settings> = {}): Promise<WorkerProcess> => {
    const worker = await startWorkerProcess({ settings: { ...settings, ...changed }, connection, client, store, log });
    lifetime.add('a worker', async () => worker.close());
    return worker;
  };
  const worker = await startWorker();
  const woken = new Set<string>();
  const wake: WakeCookie = async (identifier, kind) => {
    woken.add(cookieWorkflowId(identifier));
    await worker.wake(identifier, kind);
  };
  const api = await serveApi({ settings, client, store, wake: worker.wake, log }, lifetime);
  return {
    ...ground,
    api,
    logged,
    worker,
    startWorker,
    async enrich(identifier, ...enrichments) {
      await store.jar.enrich([{ identifier, enrichments }]);
      await wake(identifier, 'enriched');
    },
    wake,
    async settled(deadlineMs) {
      // Asked one by one, because what Temporal counts is a moment behind.
      for (const id of woken) {
        await until(async () => !(await isRunning(client, id)), `${id} to settle`, deadlineMs);
        woken.delete(id);
      }
      await ground.settled(deadlineMs);
    },
    async [Symbol.asyncDispose]() {
      await lifetime.close();
      await ground[Symbol.asyncDispose]();
    },
  };
}

/** An enrichment as a test needs it; `second` orders them. */
export function enrichment(source: string, metadata: Enrichment['metadata'] = {}, second = 0): Enrichment {
  return { source, timestamp: new Date(Date.UTC(2026, 0, 5, 6, 0, second)).toISOString(), metadata };
}

async function isRunning(client: Client, workflowId: string): Promise<boolean> {
  return (await client.workflow.getHandle(workflowId).describe()).status.name === 'RUNNING';
}

function memoryLog(): { log: Logger; logged: Readonly<Record<string, unknown>>[] } {
  const logged: Readonly<Record<string, unknown>>[] = [];
  const log = pino(
    { level: 'debug' },
    {
      write: (line) => {
        logged.push(JSON.parse(line) as Record<string, unknown>);
      },
    },
  );
  return { log, logged };
}
