import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WorkflowType } from '../../workflows/messages.ts';
import { startTestSystem, type TestSystem, until } from '../support/system.ts';

const FILES = 1000;
/** So many cookies of the retrieval are watched. */
const WATCHED = 200;
const LIMIT = 10;
/** Starts in flight when the limit is reached, and what a count does not show yet. */
const OVERSHOOT = 20;

/** Judging a cookie takes its time; one that is asked for by hand says so in its path. */
const SLOW_RULE = `
import { defineRule } from 'cookie-monster';
export default defineRule({
  id: 'slow',
  matches: async () => {
    await new Promise((resolve) => setTimeout(resolve, 30));
    return true;
  },
  action: () => ({ terminate: true }),
});`;

describe('a retrieval that brings more than can be processed', () => {
  let root: string;

  beforeAll(async () => {
    root = await realpath(await mkdtemp(join(tmpdir(), 'cookie-monster-backpressure-')));
    await mkdir(join(root, 'many'));
    await Promise.all(
      Array.from({ length: FILES }, async (_, index) => writeFile(join(root, 'many', `${index}.txt`), String(index))),
    );
  });

  afterAll(async () => rm(root, { recursive: true, force: true }));

  async function start(): Promise<TestSystem> {
    return startTestSystem({
      rules: { 'slow.rule.ts': SLOW_RULE },
      config: { worker: { cookies: LIMIT } },
      workers: { FolderRetrieval: { root: join(root, 'many'), interval: 'every 1 h', hash: 'never' } },
    });
  }

  it('has few cookies under way at a time, and lets one that somebody asks for pass', async () => {
    const system = await start();
    let most = 0;
    let asked: number | undefined;
    let served: number | undefined;
    try {
      const settled = () => system.worker.tally.settled;
      await until(
        async () => {
          most = Math.max(most, await running(system));
          if (asked === undefined && settled() >= WATCHED / 2) {
            asked = settled();
            await system.enrich('/asked/for', { source: 'hand', timestamp: '2026-01-05T06:00:00.000Z', metadata: {} });
          }
          if (asked !== undefined && served === undefined) {
            const opened = await system.opened('/asked/for');
            if (opened.settled !== undefined) served = settled();
          }
          return served !== undefined && settled() >= WATCHED;
        },
        `${WATCHED} cookies to settle`,
        120_000,
      );
    } finally {
      // The run that waits for its turn is over at once.
      await system[Symbol.asyncDispose]();
    }
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThanOrEqual(LIMIT + OVERSHOOT);
    expect((served ?? Infinity) - (asked ?? 0)).toBeLessThanOrEqual(2 * (LIMIT + OVERSHOOT));
  }, 180_000);
});

async function running({ client }: TestSystem): Promise<number> {
  const { count } = await client.workflow.count(
    `WorkflowType="${WorkflowType.ProcessCookie}" AND ExecutionStatus="Running"`,
  );
  return count;
}
