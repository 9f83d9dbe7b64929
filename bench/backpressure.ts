// One retrieval of very many updates: the memory of each process, whether the API answers meanwhile, how long workflow tasks
// wait, how fast cookies settle, and whether all did. Runs the built package: a worker process and an API process on embedded servers.
//   npm run bench:backpressure -- [--updates 50000] [--source folder|irods] [--cookies N] [--jar-rate N] [--rules FOLDER]
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { ApiWatch, askJson } from './backpressure/api-watch.ts';
import { type Ground, layGround } from './backpressure/ground.ts';
import { measureLatencies } from './backpressure/latencies.ts';
import { MemoryWatch } from './backpressure/memory.ts';
import { spread } from './backpressure/spread.ts';

const { values } = parseArgs({
  options: {
    updates: { type: 'string', default: '50000' },
    source: { type: 'string', default: 'folder' },
    cookies: { type: 'string' },
    'jar-rate': { type: 'string' },
    rules: { type: 'string', default: new URL('rules', import.meta.url).pathname },
  },
});
const LOOK_MS = 1000;
const TELL_MS = 15_000;
/** So many looks in a row must find the queue empty. */
const QUIET_LOOKS = 3;
const BATCH = 500;

const runSchema = z.object({
  runs: z.array(
    z.object({ status: z.string(), failure: z.string().nullable(), progress: z.unknown(), result: z.unknown() }),
  ),
});
const countSchema = z.object({ progress: z.object({ count: z.number() }) }).transform(({ progress }) => progress.count);
const queueSchema = z.object({ queue_length: z.number() });

const updates = Number(values.updates);
const ground = await layGround({
  updates,
  source: values.source === 'irods' ? 'irods' : 'folder',
  rules: values.rules,
  config: {
    ...(values.cookies === undefined ? {} : { worker: { cookies: Number(values.cookies) } }),
    ...(values['jar-rate'] === undefined ? {} : { jar: { maxRequestsPerSecond: Number(values['jar-rate']) } }),
  },
});
try {
  await measure(ground);
} finally {
  await ground.lifetime.close();
}
process.exit();

async function measure({ url, worker, pids, client, identifiers }: Ground): Promise<void> {
  const memory = new MemoryWatch(pids);
  let looked = 0;
  const api = new ApiWatch(url, () => identifiers[(looked += 7919) % Math.max(1, identifiers.length)] ?? '/nothing');
  await trigger(url, worker);
  const begun = performance.now();
  const course = await follow(url, worker, begun);
  const settled = seconds(begun);
  await api.stop();
  const peaks = memory.stop();
  const { waits, durations } = await measureLatencies(client, updates);
  const lost = await countUnsettled(ground);
  const rows: (readonly [string, string])[] = [
    ['updates', `${updates} (${values.source})`],
    ['time to store', `${course.storedAt.toFixed(0)} s: ${(updates / course.storedAt).toFixed(1)} updates/s`],
    ['time to settle', `${settled.toFixed(0)} s: ${(updates / settled).toFixed(1)} cookies/s`],
    ['not settled, or not in the jar', String(lost)],
    ['GET /queue', spread(api.queue)],
    ['GET /cookiejar?identifier=', spread(api.cookies)],
    ['requests that failed', [String(api.failures.length), ...new Set(api.failures)].slice(0, 4).join('; ')],
    ['workflow task schedule-to-start', spread(waits)],
    ['cookie, from start to end', spread(durations)],
    ['queue length', spread(api.lengths, 'cookies')],
    ['queue length, by tenths of the time', tenths(api.lengths)],
    ...[...peaks].map(([name, mib]) => [`peak memory: ${name}`, `${mib.toFixed(0)} MiB`] as const),
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  for (const [name, figure] of rows) console.log(`${name.padEnd(width)}  ${figure}`);
  if (lost > 0) process.exitCode = 1;
}

async function trigger(url: string, worker: string): Promise<void> {
  for (;;) {
    const { status, body } = await askJson(url, `/schedules/${worker}/trigger`, 'POST');
    if (status === 200) return;
    // The worker makes its Schedules in the moment after it started.
    if (status !== 404) throw new Error(JSON.stringify(body));
    await sleep(LOOK_MS);
  }
}

/** Until the run has ended and no cookie is left to be processed. */
async function follow(url: string, worker: string, begun: number): Promise<{ storedAt: number }> {
  let storedAt: number | undefined;
  let told = begun;
  for (let quiet = 0; quiet < QUIET_LOOKS;) {
    await sleep(LOOK_MS);
    const [run] = runSchema.parse((await askJson(url, `/schedules/${worker}`)).body).runs;
    const { queue_length: length } = queueSchema.parse((await askJson(url, '/queue')).body);
    if (run?.status === 'completed') storedAt ??= seconds(begun);
    else if (run !== undefined && run.status !== 'running')
      throw new Error(`the retrieval ${run.status}: ${run.failure}`);
    quiet = storedAt !== undefined && length === 0 ? quiet + 1 : 0;
    if (performance.now() - told < TELL_MS) continue;
    told = performance.now();
    const count = countSchema.safeParse(run?.progress).data ?? (storedAt === undefined ? 0 : updates);
    console.error(`${seconds(begun).toFixed(0)} s: ${count} delivered, ${length} in the queue`);
  }
  return { storedAt: storedAt ?? Number.NaN };
}

/** Updates that are not in the jar, or in it and not settled against what it knows. */
async function countUnsettled({ store }: Ground): Promise<number> {
  let settled = 0;
  let batch: string[] = [];
  const look = async () => {
    for (const cookie of await store.jar.open(batch)) if (cookie.settled?.knowledge === cookie.knowledge) settled++;
    batch = [];
  };
  for await (const { identifier } of store.jar.cookies()) {
    batch.push(identifier);
    if (batch.length === BATCH) await look();
  }
  await look();
  return updates - settled;
}

function seconds(since: number): number {
  return (performance.now() - since) / 1000;
}

function tenths(numbers: readonly number[]): string {
  const part = Math.max(1, Math.ceil(numbers.length / 10));
  return Array.from({ length: Math.ceil(numbers.length / part) }, (_, index) =>
    Math.max(...numbers.slice(index * part, (index + 1) * part)),
  ).join(' ');
}
