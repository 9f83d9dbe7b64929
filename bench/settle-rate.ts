// Cookies settled per second, beside a bare workflow with one no-op local activity on the same server in the same run.
//   npm run bench:settle -- [--files 1000] [--rounds 4] [--rules FOLDER]
import { mkdtempSync, rmSync, writeFileSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Client } from '@temporalio/client';
import { bundleWorkflowCode, Worker } from '@temporalio/worker';
import { pino } from 'pino';
import { connectNative, provideServers } from '../cli/stores.ts';
import { Lifetime } from '../cli/lifetime.ts';
import { logTemporalTo } from '../cli/log.ts';
import { openStore } from '../cli/open-store.ts';
import { loadSettings } from '../configs/load-settings.ts';
import { StartLine } from '../workflows/client/start-line.ts';
import { startWorkerProcess } from '../workers/worker-process.ts';

const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '4' },
    rules: { type: 'string', default: new URL('rules', import.meta.url).pathname },
  },
});
const files = Number(values.files);
const rounds = Number(values.rounds);
const perRound = Math.ceil(files / rounds);

const folder = mkdtempSync(join(tmpdir(), 'cookie-monster-bench-'));
mkdirSync(join(folder, 'configs', 'workers'), { recursive: true });
const data = join(folder, 'data');
mkdirSync(data);
const paths = Array.from({ length: perRound * rounds }, (_, index) => join(data, `file-${index}.txt`));
for (const [index, path] of paths.entries()) writeFileSync(path, `a small file, number ${index}\n`.repeat(20));

const log = pino({ level: 'warn' }, pino.destination(2));
logTemporalTo(log);
const lifetime = new Lifetime(log);
const settings = loadSettings({
  ...process.env,
  COOKIE_MONSTER_HOME: join(folder, 'home'),
  COOKIE_MONSTER_CONFIG: join(folder, 'configs'),
  COOKIE_MONSTER_RULES: values.rules,
  COOKIE_MONSTER_TEMPORAL_PORT: '0',
  COOKIE_MONSTER_TEMPORAL_UI_PORT: '0',
  COOKIE_MONSTER_JAR_PORT: '0',
});
const servers = await provideServers(settings, lifetime, log);
const { connection, client } = await connectNative(settings, servers, lifetime);
const store = await openStore(settings, servers, lifetime, log);
const worker = await startWorkerProcess({ settings, connection, client, store, log });
lifetime.add('the worker', async () => worker.close());

const { code } = await bundleWorkflowCode({ workflowsPath: new URL('workflows/bare.ts', import.meta.url).pathname });
const bareWorker = await Worker.create({
  connection,
  taskQueue: 'bare',
  workflowBundle: { code },
  activities: { nothing: async () => {} },
  maxConcurrentWorkflowTaskExecutions: 40,
  workflowTaskPollerBehavior: { type: 'autoscaling', minimum: 2, initial: 2, maximum: 10 },
});
const bareRun = bareWorker.run();
lifetime.add('the bare worker', async () => {
  bareWorker.shutdown();
  await bareRun;
});
const line = new StartLine(20);
const startBare = async (id: string) =>
  line.run(false, async () =>
    client.workflow.start('bare', { workflowId: `bare:${id}`, taskQueue: 'bare', requestEagerStart: true }),
  );

const timestamp = new Date().toISOString();
await store.jar.enrich(
  paths.map((identifier) => ({
    identifier,
    enrichments: [{ source: 'folder_update', timestamp, metadata: { size: 500, modified: timestamp } }],
  })),
);

// The first of each kind pay for threads, caches and compilation.
await Promise.all(paths.slice(0, 40).map(async (path) => startBare(`warm-${path}`)));
await Promise.all(paths.slice(0, 40).map(async (path) => worker.wake(path, 'reprocess')));
await untilIdle(client);

const seconds = { bare: [] as number[], cookies: [] as number[] };
for (let round = 0; round < rounds; round++) {
  const batch = paths.slice(round * perRound, (round + 1) * perRound);
  seconds.bare.push(await timed(async () => Promise.all(batch.map(startBare))));
  seconds.cookies.push(await timed(async () => Promise.all(batch.map(async (path) => worker.wake(path, 'reprocess')))));
}
const rate = {
  bare: median(seconds.bare.map((s) => perRound / s)),
  cookies: median(seconds.cookies.map((s) => perRound / s)),
};
console.log(
  `bare workflows      ${rate.bare.toFixed(1)}/s   (${seconds.bare.map((s) => s.toFixed(1)).join(' ')} s per ${perRound})`,
);
console.log(
  `cookies settled     ${rate.cookies.toFixed(1)}/s   (${seconds.cookies.map((s) => s.toFixed(1)).join(' ')} s per ${perRound})`,
);
console.log(`ratio               ${(rate.cookies / rate.bare).toFixed(2)}`);
await lifetime.close();
rmSync(folder, { recursive: true, force: true });
process.exit(0);

async function timed(start: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await start();
  await untilIdle(client);
  return (performance.now() - begun) / 1_000;
}

async function untilIdle(temporal: Client): Promise<void> {
  while ((await temporal.workflow.count('ExecutionStatus = "Running"')).count > 0) await sleep(100);
}

function median(numbers: number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
