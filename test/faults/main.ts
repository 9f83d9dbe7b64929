import { appendFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { describeRun, describeRuns } from './describe-runs.ts';
import { runOnce, type RunResult } from './run-once.ts';
import { findFaketime } from './world/clocks.ts';

const USAGE = `npm run test:faults -- [--minutes N | --runs N] [--seed S] [--parallel K] [--report FILE]

Runs the real processes under random faults, one run per seed, and says what was lost or doubled.
  --minutes   begins runs for so long
  --runs      so many runs (1)
  --seed      of the first run; the others count up from it (any)
  --parallel  runs at a time (3)
  --report    a file that gets each run's result, a line of JSON each
COUCHDB_URL names a CouchDB to use in place of the embedded jar; it is not killed then.
`;
const MINUTE_MS = 60_000;
const SEEDS = 1_000_000_000;

const options = readOptions();
const results: RunResult[] = [];
let failures = 0;
let next = 0;

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
say(
  findFaketime() === undefined
    ? 'Clocks do not jump: there is no libfaketime (Debian: apt-get install faketime).'
    : 'Clocks jump, by libfaketime.',
);
await Promise.all(Array.from({ length: options.parallel }, runOneAfterTheOther));
say(describeRuns(results));
process.exitCode = failures > 0 ? 1 : 0;

async function runOneAfterTheOther(): Promise<void> {
  while (next < options.runs && Date.now() < options.until) {
    const seed = options.seed + next;
    next += 1;
    await runAndTell(seed);
  }
}

async function runAndTell(seed: number): Promise<void> {
  try {
    const result = await runOnce(seed);
    results.push(result);
    if (result.violations.length > 0) failures += 1;
    say(describeRun(result));
    if (options.report !== undefined) await appendFile(options.report, `${JSON.stringify(result)}\n`);
  } catch (error) {
    failures += 1;
    say(`FAILED seed ${seed}: ${error instanceof Error ? error.stack : String(error)}`);
  }
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string' },
      runs: { type: 'string' },
      seed: { type: 'string' },
      parallel: { type: 'string' },
      report: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help === true) {
    say(USAGE);
    process.exit();
  }
  const { minutes, runs } = values;
  return {
    until: minutes === undefined ? Infinity : Date.now() + positive('minutes', minutes) * MINUTE_MS,
    runs: runs === undefined ? (minutes === undefined ? 1 : Infinity) : positive('runs', runs),
    seed: values.seed === undefined ? Math.floor(Math.random() * SEEDS) : positive('seed', values.seed),
    parallel: positive('parallel', values.parallel ?? '3'),
    report: values.report,
  };
}

function positive(name: string, text: string): number {
  const number = Number(text);
  if (number > 0 && Number.isFinite(number)) return number;
  throw new Error(`--${name} is ${JSON.stringify(text)}, and must be a number above 0\n\n${USAGE}`);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
