import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ScheduleDescription, ScheduleNotFoundError, ScheduleOverlapPolicy } from '@temporalio/client';
import { ruleOn } from '../support/rule-texts.ts';
import { startTestSystem, type TestSystem, until } from '../support/system.ts';

const WORKER = 'FolderRetrieval';
const HOUR = 3_600_000;

describe('a folder that is retrieved', () => {
  let root: string;

  beforeEach(async () => {
    root = await realpath(await mkdtemp(join(tmpdir(), 'cookie-monster-retrieved-')));
    await Promise.all(['a.txt', 'b.txt', 'left-out.log'].map(async (name) => writeFile(join(root, name), name)));
  });

  afterEach(async () => {
    await rm(root, { recursive: true, force: true });
  });

  const config = (interval: string) => ({ root, include: ['*.txt'], interval });

  async function start(): Promise<TestSystem> {
    return startTestSystem({
      rules: { 'found.rule.ts': ruleOn('found', 'folder_update') },
      workers: { [WORKER]: config('every 1 h') },
    });
  }

  it('has a Schedule, and its files become cookies that are processed', async () => {
    await using system = await start();
    expect((await schedule(system))?.spec.intervals).toEqual([expect.objectContaining({ every: HOUR })]);
    await retrieved(system, 1);
    await system.settled();
    const known = (await system.store.jar.open(['a.txt', 'b.txt', 'left-out.log'].map((name) => join(root, name)))).map(
      ({ known: isKnown }) => isKnown,
    );
    expect(known).toEqual([true, true, false]);
    for (const name of ['a.txt', 'b.txt']) {
      const { enrichments } = await system.cookie(join(root, name));
      expect(enrichments.mostRecent('folder_update')?.metadata).toMatchObject({ size: 5 });
      expect(enrichments.fromSource('rule_application')).toHaveLength(1);
    }
  }, 60_000);

  it('is looked at again by the next run, which brings new and changed files only', async () => {
    await using system = await start();
    await retrieved(system, 1);
    await writeFile(join(root, 'a.txt'), 'longer than before');
    await writeFile(join(root, 'c.txt'), 'new');
    await retrieveOnceMore(system);
    await system.settled();
    const sizes = async (name: string) =>
      (await system.cookie(join(root, name))).enrichments
        .fromSource('folder_update')
        .map(({ metadata }) => metadata['size']);
    expect(await sizes('a.txt')).toEqual([5, 18]);
    expect(await sizes('b.txt')).toEqual([5]);
    expect(await sizes('c.txt')).toEqual([3]);
    const rerun = (await system.cookie(join(root, 'a.txt'))).enrichments.fromSource('rule_application');
    expect(rerun).toHaveLength(2);
  }, 60_000);

  it('has its Schedule changed by a saved file, kept by a broken one, and removed with the file', async () => {
    await using system = await start();
    const file = join(system.settings.workerConfigFolder, `${WORKER}.json`);
    const every = async () => (await schedule(system))?.spec.intervals?.map((interval) => interval.every);
    await writeFile(file, JSON.stringify(config('every 2 h')));
    await until(async () => String(await every()) === String(2 * HOUR), 'the new interval');

    await writeFile(file, JSON.stringify(config('whenever')));
    await until(() => system.logged.some(({ msg }) => String(msg).includes('whenever')), 'the problem in the log');
    expect(await every()).toEqual([2 * HOUR]);

    await rm(file);
    await until(async () => (await schedule(system)) === undefined, 'the Schedule to be removed');
  }, 60_000);
});

async function schedule({ client }: TestSystem): Promise<ScheduleDescription | undefined> {
  try {
    return await client.schedule.getHandle(WORKER).describe();
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return undefined;
    throw error;
  }
}

interface Retrieval {
  readonly worker: string;
  readonly failure: string | null;
}

/** Those that came to their end, as the API tells them. */
async function retrievals({ api }: TestSystem): Promise<Retrieval[]> {
  const response = await fetch(`${api.url}/retrievals`, { headers: { Accept: 'application/json' } });
  const body = (await response.json()) as { retrievals: Retrieval[] };
  return body.retrievals.filter(({ failure }) => failure === null);
}

/** Triggers a run until there has been one more: runs that begin within one second of each other collide. */
async function retrieveOnceMore(system: TestSystem): Promise<void> {
  const before = (await retrievals(system)).length;
  let triggeredAt = 0;
  await until(async () => {
    if (Date.now() - triggeredAt > 1_500) {
      triggeredAt = Date.now();
      await system.client.schedule.getHandle(WORKER).trigger(ScheduleOverlapPolicy.SKIP);
    }
    return (await retrievals(system)).length > before;
  }, 'one more retrieval');
}

async function retrieved(system: TestSystem, count: number): Promise<void> {
  await until(async () => (await retrievals(system)).length >= count, `${count} retrievals`);
}
