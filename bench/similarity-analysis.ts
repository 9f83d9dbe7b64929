// The similarity analysis over a jar of digests made from real ones by mutation, on an embedded jar server in a folder of its own: the first run, a second one
// with nothing changed, and runs with 1 cookie and with 1 % of them changed: seconds, peak memory, and how much cheaper than the first run each is.
//   npm run bench:analysis -- [--cookies 20000] [--cookies 100000] [--neighbours 50] [--threshold 70] [--originals 1000]
// Each size runs in a process of its own, and the jar server in another, so that peak memory is that of the analysis alone.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { type OpenJar, openJar } from '../cookiejar/open-jar.ts';
import { startJarServer } from '../embedded/jar/server.ts';
import { type AnalysisOutcome, runAnalysis } from '../similarity/analysis/analysis-run.ts';
import { similarityConfigSchema } from '../similarity/analysis/similarity-config.ts';
import { mutatedDigests } from './mutated-digests.ts';

const STORED_AT_ONCE = 2000;

const { values } = parseArgs({
  options: {
    cookies: { type: 'string', multiple: true, default: ['20000'] },
    neighbours: { type: 'string', default: '50' },
    threshold: { type: 'string', default: '70' },
    originals: { type: 'string', default: '1000' },
    stages: { type: 'boolean', default: false },
    one: { type: 'string' },
    serve: { type: 'string' },
  },
});

const rowSchema = z.object({
  cookies: z.number(),
  run: z.string(),
  seconds: z.number(),
  cpuSeconds: z.number(),
  peakMiB: z.number(),
  changed: z.number(),
  compared: z.number(),
  relationships: z.number(),
});
type Row = z.infer<typeof rowSchema>;

if (values.serve !== undefined) await serve(values.serve);
else if (values.one === undefined) report(values.cookies.map((size) => measureApart(size)));
else console.log(JSON.stringify(await measure(Number(values.one))));

async function serve(folder: string): Promise<void> {
  const { url } = await startJarServer({ folder, port: 0 });
  console.log(url);
  // The parent's end is the end.
  process.stdin.resume().on('end', () => process.exit());
}

function measureApart(size: string): Row[] {
  const args = [...process.execArgv, fileURLToPath(import.meta.url), ...process.argv.slice(2), '--one', size];
  const output = execFileSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  return z.array(rowSchema).parse(JSON.parse(output));
}

async function measure(size: number): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'cookie-monster-bench-'));
  const { url, server } = await startServer(folder);
  try {
    const jar = await openJar({ url, database: 'bench' });
    try {
      return await measureRuns(jar, size);
    } finally {
      await jar.close();
    }
  } finally {
    server.stdin?.end();
    await new Promise((resolve) => server.once('exit', resolve));
    rmSync(folder, { recursive: true, force: true });
  }
}

async function startServer(folder: string): Promise<{ url: string; server: ChildProcess }> {
  const args = [...process.execArgv, fileURLToPath(import.meta.url), '--serve', folder];
  const server = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  for await (const url of createInterface({ input: server.stdout })) return { url, server };
  throw new Error('the jar server did not start');
}

async function measureRuns(jar: OpenJar, size: number): Promise<Row[]> {
  const digests = mutatedDigests(size + Math.ceil(size / 100) + 1, Number(values.originals));
  const all = Array.from({ length: size }, (_, at) => at);
  await store(jar, all, digests);
  const first = await timed(jar, 'first');
  const unchanged = await timed(jar, 'unchanged');
  await store(jar, [Math.floor(size / 2)], digests.slice(-1));
  const one = await timed(jar, '1 changed');
  await store(
    jar,
    all.filter((at) => at % 100 === 7),
    digests.slice(size),
  );
  return [first, unchanged, one, await timed(jar, '1 % changed')].map((row) => ({ ...row, cookies: size }));
}

async function store({ jar }: OpenJar, cookies: readonly number[], digests: readonly string[]): Promise<void> {
  const timestamp = new Date().toISOString();
  for (let from = 0; from < cookies.length; from += STORED_AT_ONCE) {
    await jar.enrich(
      cookies.slice(from, from + STORED_AT_ONCE).map((cookie, at) => ({
        identifier: `/zone/run_${Math.floor(cookie / 100)}/lane_${cookie % 8}/sample_${cookie}.bin`,
        enrichments: [
          {
            source: 'digests',
            timestamp,
            metadata: { ssdeep: digests[from + at] ?? '', media_type: 'application/x-elf' },
          },
        ],
      })),
    );
  }
}

async function timed({ jar, documents }: OpenJar, run: string): Promise<Row> {
  const began = performance.now();
  const cpuBegan = process.cpuUsage();
  let stage = '';
  const outcome: AnalysisOutcome = await runAnalysis({
    jar,
    documents,
    config: similarityConfigSchema.parse({
      neighbours: Number(values.neighbours),
      ssdeep_threshold: Number(values.threshold),
    }),
    signal: new AbortController().signal,
    progress: (now) => {
      if (now !== stage && values.stages) console.error(`${run}: ${now} from ${since(began).toFixed(1)} s on`);
      stage = now;
    },
  });
  const seconds = since(began);
  if (values.stages) console.error(run, outcome);
  const { user, system } = process.cpuUsage(cpuBegan);
  const { changed, compared, added, changed_scores, removed } = outcome;
  return {
    cookies: 0,
    run,
    seconds,
    cpuSeconds: (user + system) / 1e6,
    peakMiB: process.resourceUsage().maxRSS / 1024,
    changed,
    compared,
    relationships: added + changed_scores + removed,
  };
}

function report(sizes: readonly Row[][]): void {
  const rows = sizes.flatMap((runs) =>
    runs.map((row) => ({
      cookies: row.cookies,
      run: row.run,
      seconds: row.seconds.toFixed(2),
      'CPU s': row.cpuSeconds.toFixed(2),
      'peak MiB so far': Math.round(row.peakMiB),
      changed: row.changed,
      compared: row.compared,
      'relationships written': row.relationships,
      'times cheaper than the first': ((runs[0]?.seconds ?? 0) / row.seconds).toFixed(1),
    })),
  );
  console.table(rows);
}

function since(began: number): number {
  return (performance.now() - began) / 1000;
}
