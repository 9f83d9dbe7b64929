import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { WorkflowFailedError, type WorkflowExecutionInfo } from '@temporalio/client';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { pino } from 'pino';
import { createPeriodicActivities } from '../../activities/create-periodic-activities.ts';
import { openJar } from '../../cookiejar/open-jar.ts';
import { createWorkerJar } from '../../periodic/worker-jar.ts';
import { IrodsRetrieval } from '../../retrieval/irods/retrieval/irods-retrieval.ts';
import { listRetrievals } from '../../retrieval/retrieval-log.ts';
import { startWorkerProcess } from '../../workers/worker-process.ts';
import { WORKFLOW_BUNDLE } from '../../workers/workflow-bundle.ts';
import { STURDY_TASK_QUEUE, WorkflowType } from '../../workflows/messages.ts';
import { layTestGround, type TestGround, until } from '../support/ground.ts';
import { type IrodsWorld, irodsWorld } from '../support/irods/irods-world.ts';
import { startTestJar } from '../support/jar.ts';
import { timeSkippingEnvironment } from '../support/temporal.ts';

const DEADLINE_MS = 60_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

let zone: IrodsWorld;

beforeAll(() => {
  // A hundred failed attempts are what is asked for here.
  Runtime.install({ logger: new DefaultLogger('ERROR') });
});

beforeEach(() => {
  zone = irodsWorld('empty');
});

afterEach(() => zone.close());

async function ground(): Promise<TestGround> {
  const since = new Date(Date.now() - 3_600_000).toISOString();
  return layTestGround({
    rules: {},
    workers: { IrodsRetrieval: { zone: 'seq', interval: 'every 1 s', settle: '1 s', since } },
  });
}

/** Puts objects with an AVU and two replicas each. */
function put(from: number, count: number): string[] {
  const paths = Array.from({ length: count }, (_, index) => `/seq/run/${from + index}.cram`);
  zone.catalogue.together(() => {
    for (const path of paths) {
      zone.catalogue.putObject(path, { replicas: [{}, {}] });
      zone.catalogue.addAvu(path, { attribute: 'name', value: path });
    }
  });
  return paths;
}

async function known({ store }: TestGround, paths: readonly string[]): Promise<number> {
  return (await store.jar.open(paths)).filter(({ known: is }) => is).length;
}

/** The runs of the retrieval that have come to this status, oldest first. */
async function runs({ client }: TestGround, status: 'Running' | 'Failed'): Promise<WorkflowExecutionInfo[]> {
  const query = `WorkflowType = "${WorkflowType.RunPeriodicWorker}" AND ExecutionStatus = "${status}"`;
  const found: WorkflowExecutionInfo[] = [];
  for await (const run of client.workflow.list({ query })) found.push(run);
  return found.toSorted((a, b) => a.startTime.getTime() - b.startTime.getTime());
}

/** Leaves a run so few attempts that an hour without a server comes down to seconds. */
async function shorten({ client, settings }: TestGround, { workflowId, runId }: WorkflowExecutionInfo): Promise<void> {
  await client.workflowService.updateActivityOptions({
    namespace: settings.temporal.namespace,
    execution: { workflowId, runId },
    type: 'runPeriodic',
    activityOptions: { retryPolicy: { maximumAttempts: 2 } },
    updateMask: { paths: ['retry_policy.maximum_attempts'] },
  });
}

/** Each AVU and each replica shows in one update of its object, and nothing else does. */
async function expectEachOnce(on: TestGround, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const { enrichments } = await on.cookie(path);
    const updates = enrichments.fromSource('irods_update').map(({ metadata }) => metadata);
    const names = updates.flatMap(({ modified_metadata: avus }) => (avus as { name?: string[] }).name ?? []);
    const replicas = updates.flatMap(({ modified_replicas: some }) => some as { number: number }[]);
    expect([path, names, replicas.map(({ number }) => number)]).toEqual([path, [path], [0, 1]]);
  }
}

describe('a server that is away for longer than a run of retrieval tries', () => {
  it('makes runs fail for good, and the first run after it brings everything once', async () => {
    await using on = await ground();
    const { settings, connection, client, store } = on;
    const irods = { ...settings.irods, batonBinDir: zone.bin };
    const log = pino({ level: 'silent' });
    const worker = await startWorkerProcess({ settings: { ...settings, irods }, connection, client, store, log });
    try {
      const paths = put(0, 20);
      await until(async () => (await known(on, paths)) === 20, 'the first objects', DEADLINE_MS);

      zone.catalogue.fault('server-down');
      const shortened = new Set<string>();
      await until(
        async () => {
          for (const run of await runs(on, 'Running')) {
            if (shortened.has(run.runId)) continue;
            await shorten(on, run).then(
              () => shortened.add(run.runId),
              () => {},
            );
            paths.push(...put(paths.length, 10));
          }
          return (await runs(on, 'Failed')).length >= 3;
        },
        'runs to fail for good',
        2 * DEADLINE_MS,
      );
      for (const { workflowId, runId } of await runs(on, 'Failed')) {
        const result = client.workflow.getHandle(workflowId, runId).result();
        await expect(result).rejects.toThrow(WorkflowFailedError);
        await expect(result.catch(({ cause }: WorkflowFailedError) => cause)).resolves.toMatchObject({
          cause: { message: expect.stringContaining('Failed to connect') },
        });
      }
      expect(await known(on, paths)).toBe(20);

      zone.catalogue.clearFaults();
      await until(async () => (await known(on, paths)) === paths.length, 'all that came meanwhile', DEADLINE_MS);
      await on.settled(DEADLINE_MS);
      await expectEachOnce(on, paths);
      const [last] = await listRetrievals(store.documents, 'IrodsRetrieval');
      expect(last?.failure).toBeNull();
    } finally {
      await worker.close();
    }
    expect(zone.alive()).toEqual([]);
  }, 240_000);
});

/** When the next run is due after one that has ended. */
function nextMinute(ms: number): number {
  return Math.ceil(ms / MINUTE_MS) * MINUTE_MS;
}

/** Baton that finds the server down at once while a file is there, for a hundred attempts would else take minutes. */
function putBatonWithSwitch(): { bin: string; down(): void; up(): void } {
  const bin = join(zone.catalogue.folder, 'switched');
  const file = join(bin, 'down');
  mkdirSync(bin);
  const failure =
    "echo \"2026-01-05T06:00:00Z ERROR Failed to connect to irods.example.org:1247 zone 'seq' as 'svc'\" >&2";
  writeFileSync(
    join(bin, 'baton-specificquery'),
    `#!/bin/sh\nif [ -e '${file}' ]; then ${failure}; exit 5; fi\nexec '${join(zone.bin, 'baton-specificquery')}' "$@"\n`,
  );
  chmodSync(join(bin, 'baton-specificquery'), 0o755);
  return { bin, down: () => writeFileSync(file, ''), up: () => rmSync(file) };
}

describe('an hour without a server, on the clock of a Temporal server that skips time', () => {
  it('takes run after run with all its attempts, and the first run after it brings everything once', async () => {
    const env = await timeSkippingEnvironment();
    const server = await startTestJar();
    const { jar, documents, close } = await openJar({ url: server.url, database: server.newDatabase() });
    const baton = putBatonWithSwitch();
    const attempts: number[] = [];
    const since = new Date(Date.now() - HOUR_MS).toISOString();
    const worker = await Worker.create({
      connection: env.nativeConnection,
      taskQueue: STURDY_TASK_QUEUE,
      workflowBundle: WORKFLOW_BUNDLE,
      activities: createPeriodicActivities(async (name, run) => {
        attempts[attempts.length - 1] = (attempts.at(-1) ?? 0) + 1;
        const retrieval = new IrodsRetrieval({
          ...run,
          worker: name,
          config: { worker: { zone: 'seq', interval: 'every 1 min', settle: '0 s', since } },
          logger: pino({ level: 'silent' }),
          jar: createWorkerJar({ jar, documents, wake: async () => {} }),
          batonBinDir: baton.bin,
        });
        return retrieval.callback();
      }),
    });
    const run = async (): Promise<unknown> => {
      attempts.push(0);
      return env.client.workflow.execute(WorkflowType.RunPeriodicWorker, {
        workflowId: `run ${attempts.length}`,
        taskQueue: STURDY_TASK_QUEUE,
        args: [{ worker: 'IrodsRetrieval' }],
      });
    };
    const lastRunMs = async (): Promise<number> => {
      const { startTime, closeTime } = await env.client.workflow.getHandle(`run ${attempts.length}`).describe();
      return (closeTime?.getTime() ?? Number.NaN) - startTime.getTime();
    };
    try {
      await worker.runUntil(async () => {
        const paths = put(0, 10);
        expect(await run()).toMatchObject({ count: 10 });
        baton.down();
        // The clock runs away as soon as a workflow is closed, so time is taken from the workflows themselves.
        for (let awayMs = 0; awayMs < HOUR_MS; awayMs = nextMinute(awayMs + (await lastRunMs()))) {
          paths.push(...put(paths.length, 10));
          const failed = run();
          await expect(failed).rejects.toThrow(WorkflowFailedError);
          await expect(failed.catch(({ cause }: WorkflowFailedError) => cause)).resolves.toMatchObject({
            cause: { message: expect.stringContaining('Failed to connect') },
          });
        }
        baton.up();
        expect(existsSync(join(baton.bin, 'down'))).toBe(false);
        const [before, ...outage] = attempts;
        expect(before).toBe(1);
        expect(outage).toEqual([20, 20, 20, 20]);
        expect(await run()).toMatchObject({ count: paths.length - 10 });
        for (const path of paths) {
          const cookie = await jar.fetch(path);
          const updates = cookie?.enrichments.fromSource('irods_update').map(({ metadata }) => metadata);
          expect(updates).toMatchObject([{ modified_metadata: { name: [path] } }]);
        }
      });
    } finally {
      await close();
      await server.stop();
      await env.teardown();
    }
    expect(zone.alive()).toEqual([]);
  }, 300_000);
});
