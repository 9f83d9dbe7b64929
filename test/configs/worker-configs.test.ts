import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type WorkerConfigWatcher, watchWorkerConfigs } from '../../configs/watch-worker-configs.ts';
import { defaultConfigOf, digestOf, readWorkerConfigs, type WorkerConfigs } from '../../configs/worker-configs.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'workers-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function save(name: string, content: unknown): void {
  writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
}

describe('worker files', () => {
  it('are laid over PeriodicWorker.json, and that over the built-in defaults', () => {
    save('PeriodicWorker.json', { timezone: 'europe/london', interval: 'daily' });
    save('Mine.json', { interval: 'minutely', new_value: 'x' });
    const { configs, defaults, problems } = readWorkerConfigs(folder);
    expect(problems).toEqual([]);
    expect(configs.get('Mine')).toMatchObject({
      worker: 'Mine',
      interval: 'minutely',
      timezone: 'Europe/London',
      logLevel: 'info',
      overlap: 'skip',
      paused: false,
      ownKeys: ['new_value'],
      customKeys: ['new_value'],
      values: { log_level: 'INFO', interval: 'minutely', timezone: 'europe/london', new_value: 'x' },
    });
    expect(defaults).toMatchObject({ interval: 'daily', values: { log_level: 'INFO' } });
    expect([...configs.keys()]).toEqual(['Mine']);
  });

  it.each([
    ['debug', 'debug'],
    ['Warning', 'warn'],
    ['CRITICAL', 'fatal'],
    ['notset', 'trace'],
    ['trace', 'trace'],
    ['warn', 'warn'],
    ['Silent', 'silent'],
  ])('take the log level %s', (text, level) => {
    save('Mine.json', { log_level: text });
    expect(readWorkerConfigs(folder).configs.get('Mine')?.logLevel).toBe(level);
  });

  it.each([
    [{ log_level: 'LOUD' }, 'log_level', /DEBUG/],
    [{ interval: 5 }, 'interval', /hourly/],
    [{ timezone: 'Mars/Base' }, 'timezone', /IANA/],
    [{ timezone: '+01:00' }, 'timezone', /IANA/],
    [{ jitter: 5 }, 'jitter', /unit/],
    [{ paused: 'yes' }, 'paused', /true or false/],
    [{ overlap: 'sometimes' }, 'overlap', /"skip", "buffer_one"/],
    [{ catchup_window: '1 s' }, 'catchup_window', /from 10 s to 365 d/],
  ])('%j is refused at %s', (content, path, allowed) => {
    save('Mine.json', content);
    const { configs, broken, problems } = readWorkerConfigs(folder);
    expect(problems).toEqual([
      { file: join(folder, 'Mine.json'), path, found: expect.any(String), allowed: expect.stringMatching(allowed) },
    ]);
    expect([...broken]).toEqual(['Mine']);
    expect(configs.size).toBe(0);
  });

  it('hide no other one when they are broken', () => {
    save('Broken.json', '{');
    save('Good.json', {});
    save('Worse.json', { paused: 1, jitter: 1 });
    const { configs, problems } = readWorkerConfigs(folder);
    expect([...configs.keys()]).toEqual(['Good']);
    expect(problems).toHaveLength(3);
  });

  it('know which of their keys are the own of a worker, and which PeriodicWorker.json gives to all', () => {
    save('PeriodicWorker.json', { of_all: 1, log_level: 'debug' });
    save('Mine.json', { new_value: 'x', overlap: '60 s', paused: false });
    const { configs, defaults } = readWorkerConfigs(folder);
    expect(configs.get('Mine')).toMatchObject({
      ownKeys: ['new_value', 'overlap'],
      customKeys: ['of_all', 'new_value', 'overlap'],
    });
    if (defaults === undefined) throw new Error('PeriodicWorker.json is refused');
    expect(defaultConfigOf('Yours', defaults)).toMatchObject({
      worker: 'Yours',
      file: join(folder, 'PeriodicWorker.json'),
      ownKeys: [],
      customKeys: ['of_all'],
      digest: defaults.digest,
    });
  });

  it('cannot be used while PeriodicWorker.json is broken, and are checked all the same', () => {
    save('PeriodicWorker.json', '{');
    save('Good.json', {});
    save('Bad.json', { paused: 1 });
    const { configs, broken, defaults, problems } = readWorkerConfigs(folder);
    expect([configs.size, [...broken], defaults]).toEqual([0, ['Bad', 'Good'], undefined]);
    expect(problems).toHaveLength(2);
  });

  it('have a digest that does not depend on the order of keys', () => {
    expect(digestOf({ a: 1, b: { c: [1, 2], d: 0 } })).toBe(digestOf({ b: { d: 0, c: [1, 2] }, a: 1 }));
    expect(digestOf({ a: [1, 2] })).not.toBe(digestOf({ a: [2, 1] }));
  });

  it('are none where there is no folder', () => {
    expect(readWorkerConfigs(join(folder, 'none'))).toMatchObject({ problems: [] });
  });
});

describe('watching worker files', () => {
  let watcher: WorkerConfigWatcher | undefined;
  const seen: WorkerConfigs[] = [];

  afterEach(async () => {
    await watcher?.close();
    seen.length = 0;
  });

  async function start(options: Parameters<typeof watchWorkerConfigs>[2] = {}): Promise<void> {
    watcher = await watchWorkerConfigs(
      folder,
      (configs) => {
        seen.push(configs);
      },
      { quietMs: 30, ...options },
    );
  }

  async function until(condition: (configs: WorkerConfigs) => boolean): Promise<WorkerConfigs> {
    const deadline = Date.now() + 4_000;
    for (;;) {
      const current = seen.at(-1);
      if (current !== undefined && condition(current)) return current;
      if (Date.now() > deadline) throw new Error(`not seen: ${JSON.stringify([...(current?.configs.values() ?? [])])}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  it('hands over what is there before anything changes', async () => {
    save('Mine.json', {});
    await start();
    expect(seen).toHaveLength(1);
    expect(seen[0]?.configs.has('Mine')).toBe(true);
  });

  it('sees new, saved, atomically replaced, renamed and deleted files', async () => {
    await start();
    save('Mine.json', { interval: 'daily' });
    await until(({ configs }) => configs.get('Mine')?.interval === 'daily');
    save('Mine.json', { interval: 'minutely' });
    await until(({ configs }) => configs.get('Mine')?.interval === 'minutely');
    save('Mine.json.tmp', { interval: 'every 5 s' });
    renameSync(join(folder, 'Mine.json.tmp'), join(folder, 'Mine.json'));
    await until(({ configs }) => configs.get('Mine')?.interval === 'every 5 s');
    renameSync(join(folder, 'Mine.json'), join(folder, 'Yours.json'));
    await until(({ configs }) => configs.has('Yours') && !configs.has('Mine'));
    rmSync(join(folder, 'Yours.json'));
    await until(({ configs }) => configs.size === 0);
  });

  it('keeps the last good configuration of a class whose file breaks, and says what is wrong', async () => {
    save('Mine.json', { interval: 'daily' });
    save('Other.json', {});
    await start();
    save('Mine.json', '{"interval": }');
    const broken = await until(({ problems }) => problems.length > 0);
    expect(broken.configs.get('Mine')?.interval).toBe('daily');
    expect(broken.problems).toMatchObject([{ file: join(folder, 'Mine.json'), line: 1, column: 14 }]);
    save('Other.json', { interval: 'minutely' });
    const other = await until(({ configs }) => configs.get('Other')?.interval === 'minutely');
    expect(other.configs.get('Mine')?.interval).toBe('daily');
    save('Mine.json', { interval: 'hourly' });
    await until(({ configs, problems }) => problems.length === 0 && configs.get('Mine')?.interval === 'hourly');
  });

  it('keeps everything while the folder is gone, and goes on when it is back', async () => {
    save('Mine.json', {});
    await start({ pollMs: 50 });
    renameSync(folder, `${folder}-away`);
    const gone = await until(({ problems }) => problems.length > 0);
    expect(gone.configs.has('Mine')).toBe(true);
    mkdirSync(folder);
    save('Yours.json', {});
    await until(({ configs }) => configs.has('Yours') && !configs.has('Mine'));
    rmSync(`${folder}-away`, { recursive: true });
  });

  it('begins with a folder that is not there yet', async () => {
    rmSync(folder, { recursive: true });
    await start({ pollMs: 50 });
    expect(seen[0]?.problems).toEqual([]);
    mkdirSync(folder);
    save('Mine.json', {});
    await until(({ configs }) => configs.has('Mine'));
  });

  it('keeps the last good configuration when an inspection refuses the new one', async () => {
    save('Mine.json', { interval: 'daily' });
    await start({
      inspect: ({ interval, file }) =>
        interval === 'never' ? [{ file, path: 'interval', found: 'never', allowed: 'daily' }] : [],
    });
    save('Mine.json', { interval: 'never' });
    const refused = await until(({ problems }) => problems.length > 0);
    expect(refused.configs.get('Mine')?.interval).toBe('daily');
  });

  it('waits for an inspection that takes its time', async () => {
    save('Mine.json', {});
    await start({
      inspect: async ({ file }) => {
        await new Promise((resolve) => setImmediate(resolve));
        return [{ file, path: 'x', found: 'nothing', allowed: 'something' }];
      },
    });
    expect([...(seen[0]?.broken ?? [])]).toEqual(['Mine']);
    expect(seen[0]?.problems).toMatchObject([{ path: 'x' }]);
  });

  it('hands everything over again when something else has changed that it depends on', async () => {
    let classes = 'Mine';
    await start({ also: () => classes, pollMs: 60_000 });
    watcher?.look();
    await watcher?.close();
    expect(seen).toHaveLength(1);
    await start({ also: () => classes, pollMs: 60_000 });
    classes = 'Mine, Yours';
    watcher?.look();
    await watcher?.close();
    expect(seen).toHaveLength(3);
  });

  it('hands a change over again that could not be acted on', async () => {
    await start();
    const errors: unknown[] = [];
    await watcher?.close();
    let failures = 2;
    watcher = await watchWorkerConfigs(
      folder,
      (configs) => {
        if (configs.configs.size > 0 && failures-- > 0) throw new Error('Temporal is away');
        seen.push(configs);
      },
      { quietMs: 30, pollMs: 50, onError: (error) => errors.push(error) },
    );
    save('Mine.json', {});
    await until(({ configs }) => configs.has('Mine'));
    expect(errors).toHaveLength(2);
  });
});
