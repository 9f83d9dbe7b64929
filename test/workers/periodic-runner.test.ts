import { pino } from 'pino';
import type { PeriodicRun } from '../../activities/create-periodic-activities.ts';
import { readWorkerConfigs } from '../../configs/worker-configs.ts';
import { openJar, type OpenJar } from '../../cookiejar/open-jar.ts';
import { UserWorkers } from '../../periodic/user-workers/user-workers.ts';
import { ConfigInspector } from '../../workers/inspect-worker-config.ts';
import { PeriodicRunner } from '../../workers/periodic-runner.ts';
import { startTestJar, type TestJar } from '../support/jar.ts';
import { rulesFolder, type RulesFolder } from '../support/rules-folder.ts';
import { workerText } from '../support/worker-texts.ts';

const SCHEMA = `static schema = z.strictObject({ threshold: z.number('a number').default(70) });`;
const HEARTBEATS = `this.heartbeat({ done: 1 }); return this.config.worker;`;

let server: TestJar;
let store: OpenJar;
let folder: RulesFolder;
let users: UserWorkers;
let runner: PeriodicRunner;
const log = pino({ level: 'silent' });

beforeEach(async () => {
  server = await startTestJar();
  store = await openJar({ url: server.url, database: server.newDatabase() });
  folder = await rulesFolder({ 'mine.worker.ts': workerText('Mine', HEARTBEATS, { members: SCHEMA }) });
  users = new UserWorkers({ folder: folder.rules, cacheFolder: folder.cache, reserved: new Set(), logger: log });
  await users.start();
  runner = new PeriodicRunner({
    store,
    users,
    wake: async () => {},
    log,
    leaveOut: [],
    watches: () => [],
    silenceMs: 30_000,
    memoryMb: 256,
  });
});

afterEach(async () => {
  await runner.close();
  await users.stop();
  await store.close();
  await server.stop();
  await folder[Symbol.asyncDispose]();
});

function runOf(beats: unknown[] = []): PeriodicRun {
  return {
    signal: new AbortController().signal,
    startedAt: new Date(),
    attempt: 1,
    heartbeat: (progress) => {
      beats.push(progress);
    },
  };
}

async function configured(files: Readonly<Record<string, object>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) await folder.write(`${name}.json`, JSON.stringify(content));
  runner.configure(readWorkerConfigs(folder.rules));
}

it('a run waits for what configures it, and goes by its class and its file', async () => {
  const beats: unknown[] = [];
  const running = runner.run('Mine', runOf(beats));
  await configured({ Mine: { interval: 'daily', threshold: 3 } });
  expect(await running).toEqual({ log_level: 'INFO', interval: 'daily', threshold: 3 });
  expect(beats).toContainEqual({ done: 1 });
}, 60_000);

it('a run that its class refuses the configuration of names file, path, what was found and what is allowed', async () => {
  await configured({ Mine: { threshold: 'high' } });
  await expect(runner.run('Mine', runOf())).rejects.toThrow(
    /Mine is not configured as its class wants it: .*Mine\.json: threshold: found "high"; allowed: a number/,
  );
}, 60_000);

it('a run of a class that is not here, or has no usable configuration, says so', async () => {
  await configured({ Mine: {}, Yours: {}, Broken: { paused: 'maybe' } });
  await expect(runner.run('Mien', runOf())).rejects.toThrow(/no periodic worker Mien .*did you mean Mine\?/);
  await expect(runner.run('Yours', runOf())).rejects.toThrow(/no periodic worker Yours/);
  await expect(runner.run('Broken', runOf())).rejects.toThrow(/Broken has no usable configuration: .*paused/);
}, 60_000);

it('a configuration is refused before it comes into force, whose class would not take it', async () => {
  await configured({ Mine: { treshold: 1 } });
  const config = readWorkerConfigs(folder.rules).configs.get('Mine');
  if (config === undefined) throw new Error('not read');
  const inspector = new ConfigInspector(users, log);
  const expected = [{ file: config.file, path: 'treshold', found: 'an unknown key', allowed: expect.any(String) }];
  expect(await inspector.inspect(config)).toEqual(expected);
  expect(await inspector.inspect({ ...config, interval: 'whenever' })).toMatchObject([{ path: 'interval' }, {}]);
}, 60_000);
