// Similar pairs among digests made from real ones by mutation: seconds, peak memory, growth; beside an all-pairs loop over the same comparison.
//   npm run bench:similarity -- [--sizes 1000,4000,20000,100000] [--threshold 60] [--limit 20] [--originals 1000]
// With --originals 1 all are one family of near-identical ones. Each size runs in a process of its own, so that its peak memory is its own.
import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { similarPairs, topNeighbours } from '../similarity/index.ts';
import { parseDigest } from '../similarity/ssdeep/digest.ts';
import { compareDigests } from '../similarity/ssdeep/ssdeep-compare.ts';
import { mutatedDigests } from './mutated-digests.ts';

const ALL_PAIRS_UP_TO = 4000;

const measurement = z.object({
  digests: z.number(),
  pairs: z.number(),
  seconds: z.number(),
  cpuSeconds: z.number(),
  peakMiB: z.number(),
  neighbourSeconds: z.number(),
  boundedSeconds: z.number(),
  oneNewSeconds: z.number(),
  allPairsCpuSeconds: z.number().nullable(),
});
type Measured = z.infer<typeof measurement>;

const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '1000,4000,20000,100000' },
    threshold: { type: 'string', default: '60' },
    limit: { type: 'string', default: '20' },
    originals: { type: 'string', default: '1000' },
    one: { type: 'string' },
  },
});
const threshold = Number(values.threshold);

if (values.one === undefined) report(values.sizes.split(',').map((size) => measureApart(size)));
else console.log(JSON.stringify(await measure(Number(values.one))));

function measureApart(size: string): Measured {
  const script = process.argv[1] ?? '';
  const args = process.argv.slice(2).concat('--one', size);
  const output = execFileSync(process.execPath, [...process.execArgv, script, ...args], { encoding: 'utf8' });
  return measurement.parse(JSON.parse(output));
}

async function measure(size: number): Promise<Measured> {
  const digests = mutatedDigests(size, Number(values.originals));
  const cpuBegan = process.cpuUsage();
  const began = performance.now();
  let pairs = 0;
  for await (const [lower] of similarPairs(digests, { threshold })) pairs += lower >= 0 ? 1 : 0;
  const seconds = since(began);
  const cpuSeconds = cpuSince(cpuBegan);
  const peakMiB = process.resourceUsage().maxRSS / 1024;
  const neighbourSeconds = await neighbours(digests);
  const boundedSeconds = await neighbours(digests, 500);
  const oneNewBegan = performance.now();
  for await (const [, higher] of similarPairs(digests, { threshold, newFrom: size - 1 })) pairs += higher < 0 ? 1 : 0;
  const oneNewSeconds = since(oneNewBegan);
  const allPairsCpuSeconds = size <= ALL_PAIRS_UP_TO ? allPairs(digests, pairs) : null;
  return {
    digests: size,
    pairs,
    seconds,
    cpuSeconds,
    peakMiB,
    neighbourSeconds,
    boundedSeconds,
    oneNewSeconds,
    allPairsCpuSeconds,
  };
}

async function neighbours(digests: readonly string[], mostComparisons?: number): Promise<number> {
  const began = performance.now();
  const limit = Number(values.limit);
  await topNeighbours(
    digests,
    mostComparisons === undefined ? { threshold, limit } : { threshold, limit, mostComparisons },
  );
  return since(began);
}

function allPairs(digests: readonly string[], expected: number): number {
  const began = process.cpuUsage();
  const ready = digests.map((digest) => parseDigest(digest));
  let pairs = 0;
  for (const [at, one] of ready.entries()) {
    for (let other = at + 1; other < ready.length; other += 1) {
      const second = ready[other];
      if (second !== undefined && compareDigests(one, second) > threshold) pairs += 1;
    }
  }
  if (pairs !== expected) throw new Error(`the loop found ${pairs} pairs, the index ${expected}`);
  return cpuSince(began);
}

function report(rows: readonly Measured[]): void {
  console.table(rows.map((row, at) => ({ ...rounded(row), ...growth(row, rows[at - 1]) })));
}

function rounded(row: Measured): Record<string, number | string> {
  return {
    digests: row.digests,
    pairs: row.pairs,
    seconds: row.seconds.toFixed(3),
    'CPU s': row.cpuSeconds.toFixed(3),
    'peak MiB': Math.round(row.peakMiB),
    'top neighbours, s': row.neighbourSeconds.toFixed(3),
    'bounded, s': row.boundedSeconds.toFixed(3),
    'one new, s': row.oneNewSeconds.toFixed(3),
    'all pairs, CPU s': row.allPairsCpuSeconds?.toFixed(3) ?? '-',
    'all pairs / index': row.allPairsCpuSeconds === null ? '-' : (row.allPairsCpuSeconds / row.cpuSeconds).toFixed(1),
  };
}

function growth(row: Measured, before: Measured | undefined): Record<string, string> {
  if (before === undefined) return {};
  return {
    exponent: (Math.log(row.cpuSeconds / before.cpuSeconds) / Math.log(row.digests / before.digests)).toFixed(2),
  };
}

function since(began: number): number {
  return (performance.now() - began) / 1000;
}

/** Processor time, which other work on the machine changes little. */
function cpuSince(began: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1e6;
}
