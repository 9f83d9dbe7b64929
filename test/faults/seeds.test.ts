import { describeRun } from './describe-runs.ts';
import { runOnce, type RunResult } from './run-once.ts';

/**
 * Always the same ones, so that every change is tried by them. 112 once died between what a judgement left on a cookie
 * that then changed, and what it had notified, which nobody heard of.
 */
const FIXED = Array.from({ length: 20 }, (_, index) => 101 + index);

/** Seeds that failed once, each with what was wrong. */
const FAILED_ONCE: readonly (readonly [number, string])[] = [
  [2, 'a loader whose workflow task was repeated elsewhere doubled its enrichment, being done after its repetition'],
  [3, 'what a judgement notified that was repeated by another worker meanwhile was delivered by nobody'],
  [5, 'what the rules of a cookie had notified when it was deleted was delivered by nobody'],
  [1021, 'a job was judged by two rulebook versions, by two workers at once'],
  [4022, 'a repeated workflow task settled an old job again, so that the one after it was judged by a newer rulebook'],
  [4112, 'what a later round had notified was delivered by nobody when that round was repeated after a change'],
  [4126, 'a deletion that had been given up removed a cookie that was pushed after its repetition'],
  [
    4416,
    'a job whose workflow a deletion had ended pinned the cookie that was pushed anew, in turns with the next job',
  ],
  [4453, 'a job that a stopped worker had begun pinned its cookie when the job after it had settled'],
];

const PARALLEL = 3;
/** Far more than all of them take on an idle machine. */
const DEADLINE_MS = 60 * 60_000;

const runs = new Map<number, PromiseWithResolvers>();

interface PromiseWithResolvers {
  readonly promise: Promise<RunResult>;
  readonly resolve: (result: RunResult | Promise<RunResult>) => void;
}

/** A few at a time, in the order of the tests. */
async function runAll(seeds: readonly number[]): Promise<void> {
  const left = [...seeds];
  const lane = async (): Promise<void> => {
    for (let seed = left.shift(); seed !== undefined; seed = left.shift()) {
      const run = runOnce(seed);
      runs.get(seed)?.resolve(run);
      await run.catch(() => {});
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, lane));
}

describe('under faults nothing is lost and nothing is doubled', () => {
  let all: Promise<void> | undefined;
  const seeds = [...FAILED_ONCE.map(([seed]) => seed), ...FIXED];

  beforeAll(() => {
    for (const seed of seeds) runs.set(seed, withResolvers());
    all = runAll(seeds);
  });

  afterAll(async () => all, DEADLINE_MS);

  it.each(FAILED_ONCE)('with seed %d: %s', async (seed) => holds(seed), DEADLINE_MS);
  it.each(FIXED)('with seed %d', async (seed) => holds(seed), DEADLINE_MS);
});

async function holds(seed: number): Promise<void> {
  const result = await runs.get(seed)?.promise;
  if (result === undefined) throw new Error(`seed ${seed} was not run`);
  if (result.violations.length > 0) throw new Error(describeRun(result));
}

function withResolvers(): PromiseWithResolvers {
  let resolve: PromiseWithResolvers['resolve'] = () => {};
  const promise = new Promise<RunResult>((settle) => {
    resolve = settle;
  });
  // It may fail before its test comes.
  promise.catch(() => {});
  return { promise, resolve };
}
