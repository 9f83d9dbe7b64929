import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Schedule } from '../../api/schedules/schedule-desk.ts';
import { startTestSystem, type TestSystem, until } from '../support/system.ts';

const WORKER = 'FolderRetrieval';

type Told = Schedule & { readonly running: boolean };

describe('/schedules of a running installation', () => {
  let root: string;

  beforeEach(async () => {
    root = await realpath(await mkdtemp(join(tmpdir(), 'cookie-monster-scheduled-')));
    await writeFile(join(root, 'a.txt'), 'a');
  });

  afterEach(async () => {
    await rm(root, { recursive: true, force: true });
  });

  const config = (keys: object = {}) => ({ root, interval: 'every 1 h', ...keys });

  async function start(): Promise<TestSystem> {
    const system = await startTestSystem({ rules: {}, workers: { [WORKER]: config() } });
    await until(async () => (await ended(system)).length === 1, 'the first run');
    return system;
  }

  async function save(system: TestSystem, keys: object): Promise<void> {
    const file = join(system.settings.workerConfigFolder, `${WORKER}.json`);
    await writeFile(file, JSON.stringify(config(keys)));
  }

  it('tells the runs of a worker and their answers; a triggered one is made at once', async () => {
    await using system = await start();
    await writeFile(join(root, 'b.txt'), 'b');
    expect(await ask(system, 'POST', `/${WORKER}/trigger`)).toMatchObject({ id: WORKER, triggered: true });
    await until(async () => (await ended(system)).length === 2, 'the triggered run');
    const one = await told(system);
    expect(one).toMatchObject({ id: WORKER, timezone: 'UTC', paused: false, note: null, running: false });
    expect(one.next).toHaveLength(5);
    expect(one.runs).toMatchObject([
      { status: 'completed', failure: null, result: expect.objectContaining({ stored: 1 }) },
      { status: 'completed', failure: null, result: expect.objectContaining({ stored: 1 }) },
    ]);
    await until(async () => {
      const { schedules } = (await ask(system, 'GET', '')) as { schedules: Told[] };
      return schedules.find(({ id }) => id === WORKER)?.runs.length === 2;
    }, 'the list to know of both');
    const { schedules } = (await ask(system, 'GET', '')) as { schedules: Told[] };
    expect(schedules.filter(({ id }) => id === WORKER)).toEqual([await told(system)]);
    expect(schedules.map(({ id }) => id)).toEqual([WORKER, 'Reconciler']);
    expect((await system.cookie(join(root, 'b.txt'))).enrichments.sources()).toEqual(['folder_update']);
  }, 60_000);

  it('what was paused stays paused, through other workers and other intervals, until it is resumed', async () => {
    await using system = await start();
    await ask(system, 'POST', `/${WORKER}/pause`, { note: 'moving the disks' });
    const paused = { paused: true, note: 'moving the disks', next: [] };
    await system.worker.close();
    await system.startWorker();
    expect(await told(system)).toMatchObject(paused);
    await save(system, { interval: 'every 2 h' });
    await until(() => system.logged.some(({ updated }) => String(updated) === WORKER), 'the Schedule to be written');
    expect(await told(system)).toMatchObject(paused);

    expect(await ask(system, 'POST', `/${WORKER}/resume`)).toMatchObject({ paused: false, changed: true });
    const { next } = await told(system);
    const between = next.slice(1).map((time, index) => Date.parse(time) - Date.parse(next[index] ?? ''));
    expect(new Set(between)).toEqual(new Set([7_200_000]));
  }, 60_000);

  it('what was paused is resumed by its file, once that file says another thing about it', async () => {
    await using system = await start();
    await ask(system, 'POST', `/${WORKER}/pause`, { note: 'moving the disks' });
    await save(system, { paused: true });
    await until(async () => (await told(system)).note === 'paused in its config file', 'the file to pause it');
    await save(system, { paused: false });
    await until(async () => !(await told(system)).paused, 'the file to resume it');
  }, 60_000);

  it('tells why a run fails while it is tried again', async () => {
    await using system = await start();
    await rm(root, { recursive: true });
    await ask(system, 'POST', `/${WORKER}/trigger`);
    await until(async () => (await told(system)).runs[0]?.failure !== null, 'the failure');
    const { running, runs } = await told(system);
    expect(running).toBe(true);
    expect(runs[0]).toMatchObject({ status: 'running', failure: expect.stringContaining(root), result: null });
    expect(await ask(system, 'POST', `/${WORKER}/trigger`)).toMatchObject({
      triggered: false,
      workflow_id: runs[0]?.workflow_id,
    });
  }, 60_000);
});

async function ask({ api }: TestSystem, method: string, path: string, body?: object): Promise<unknown> {
  const response = await fetch(`${api.url}/schedules${path}`, {
    method,
    headers: { Accept: 'application/json', ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return response.json();
}

async function told(system: TestSystem): Promise<Told> {
  return (await ask(system, 'GET', `/${WORKER}`)) as Told;
}

async function ended(system: TestSystem): Promise<Schedule['runs']> {
  return (await told(system)).runs.filter(({ status }) => status === 'completed');
}
