import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import type { JsonObject, JsonValue } from '../../cookiejar/json.ts';
import { openJar, type OpenJar } from '../../cookiejar/open-jar.ts';
import type { ConfigIssue } from '../../periodic/threads/messages.ts';
import { checkConfig, runClass } from '../../periodic/threads/thread-tasks.ts';
import { UserWorkers } from '../../periodic/user-workers/user-workers.ts';
import { until } from '../support/ground.ts';
import { startTestJar, type TestJar } from '../support/jar.ts';
import { linesOf } from '../support/rule-texts.ts';
import { rulesFolder, type RulesFolder } from '../support/rules-folder.ts';
import { workerText } from '../support/worker-texts.ts';

const AT = '2026-01-05T06:00:00.000Z';

let server: TestJar;
let store: OpenJar;
let folder: RulesFolder;
let logged: Readonly<Record<string, unknown>>[];
let progress: JsonValue[];
let woken: string[];

beforeAll(async () => {
  server = await startTestJar();
  store = await openJar({ url: server.url, database: server.newDatabase() });
});

afterAll(async () => {
  await store.close();
  await server.stop();
});

beforeEach(async () => {
  folder = await rulesFolder();
  logged = [];
  progress = [];
  woken = [];
});

afterEach(async () => folder[Symbol.asyncDispose]());

interface RunOptions {
  readonly silenceMs?: number;
  readonly memoryMb?: number;
  readonly signal?: AbortSignal;
  readonly logLevel?: string;
  readonly lastProgress?: JsonValue;
  readonly values?: JsonObject;
  readonly ownKeys?: readonly string[];
  readonly head?: string;
  readonly members?: string;
}

const log = pino(
  { level: 'trace' },
  {
    write: (line) => {
      logged.push(JSON.parse(line) as Record<string, unknown>);
    },
  },
);

async function codeOf(callback: string, { head = '', members = '' }: RunOptions) {
  await folder.write('mine.worker.ts', workerText('Mine', callback, { head, members }));
  const users = new UserWorkers({
    folder: folder.rules,
    cacheFolder: folder.cache,
    reserved: new Set(),
    logger: log,
  });
  await users.start();
  const code = await users.locate('Mine');
  await users.stop();
  if (code === undefined) throw new Error(JSON.stringify(users.problems));
  return code;
}

function configOf({ values = {}, ownKeys = Object.keys(values) }: RunOptions) {
  const whole: JsonObject = { log_level: 'INFO', interval: 'hourly', ...values };
  return { values: whole, ownKeys, customKeys: ownKeys };
}

/** Runs a callback of these statements in a thread. */
async function run(callback: string, options: RunOptions = {}): Promise<JsonValue | undefined> {
  const { silenceMs = 20_000, memoryMb = 256, signal, logLevel = 'info', lastProgress } = options;
  const task = {
    code: await codeOf(callback, options),
    worker: 'Mine',
    config: configOf(options),
    logLevel,
    startedAt: AT,
    ...(lastProgress === undefined ? {} : { lastProgress }),
    jar: store.address,
  };
  return runClass(task, {
    about: 'Mine',
    logger: log.child({}),
    silenceMs,
    memoryMb,
    ...(signal === undefined ? {} : { signal }),
    onProgress: (known) => progress.push(known),
    wake: async (identifier) => {
      woken.push(identifier);
      if (identifier === '/unwakeable') throw new Error('Temporal is away');
    },
  });
}

async function issues(members: string, values: JsonObject, head = ''): Promise<readonly ConfigIssue[]> {
  const options = { values, members, head };
  const host = { about: 'Mine', logger: log, silenceMs: 20_000, memoryMb: 256 };
  return checkConfig(await codeOf('', options), 'Mine', configOf(options), host);
}

describe('a run in a thread', () => {
  it('has its configuration, when it was due and what it said last, and answers what it returns', async () => {
    const answer = await run(
      `return { new: this.config.worker.new_value, interval: this.config.worker.interval,
         at: this.context.startedAt.toISOString(), last: this.lastProgress ?? null };`,
      { values: { new_value: 'x', interval: 'minutely' }, lastProgress: { done: 3 } },
    );
    expect(answer).toEqual({ new: 'x', interval: 'minutely', at: AT, last: { done: 3 } });
  }, 60_000);

  it('reads and enriches over a jar of its own, and wakes through its host', async () => {
    await store.jar.enrich([{ identifier: '/a', enrichments: [{ source: 's', timestamp: AT, metadata: { n: 1 } }] }]);
    const answer = await run(`
      const seen = [];
      for await (const cookie of this.jar) seen.push(cookie.identifier);
      const timestamp = '${AT}';
      await this.jar.enrich('/b', { source: 'mine', timestamp, metadata: { of: seen.length } });
      const failure = await this.jar.enrich('/unwakeable', { source: 'mine', timestamp, metadata: {} }).catch((e) => e.message);
      return { seen, failure };`);
    expect(answer).toEqual({ seen: ['/a'], failure: 'Temporal is away' });
    expect(woken).toEqual(['/b', '/unwakeable']);
    expect((await store.jar.fetch('/b'))?.enrichments.mostRecent('mine')?.metadata).toEqual({ of: 1 });
  }, 60_000);

  it('is not over before all that it enriches is stored, though it awaits none of it', async () => {
    const enrich = (identifier: string): string =>
      `this.jar.enrich(${identifier}, { source: 'mine', timestamp: '${AT}', metadata: { n: 1 } })`;
    await run(`
      for (let i = 0; i < 100; i++) void ${enrich(`'/many/' + i`)};
      ['/x', '/y'].forEach(async (path) => { if ((await this.jar.fetch(path)) === undefined) await ${enrich('path')}; });`);
    expect(woken).toHaveLength(102);
    await expect(run(`void ${enrich(`'/unwakeable'`)};`)).rejects.toThrow('Temporal is away');
  }, 60_000);

  it('passes progress on, the last of it before whatever ends the run', async () => {
    await expect(
      run(`for (let done = 1; done <= 2000; done++) this.heartbeat({ done }); throw new Error('so far');`),
    ).rejects.toThrow('so far');
    expect(progress.at(-1)).toEqual({ done: 2000 });
    expect(progress.length).toBeLessThan(500);
    await expect(run(`this.heartbeat(() => 1);`)).rejects.toThrow('heartbeat was given a function (allowed: JSON)');
    await expect(run(`this.heartbeat({ done: -1 }); process.exit(2);`)).rejects.toThrow('process.exit(2)');
    expect(progress.at(-1)).toEqual({ done: -1 });
  }, 60_000);

  it('does not fail because of an answer that cannot be kept', async () => {
    expect(await run(`const circle = {}; circle.circle = circle; return circle;`)).toBeUndefined();
    expect(logged).toContainEqual(expect.objectContaining({ level: 40, msg: 'what callback() returned is not kept' }));
    expect(await run(`return 10n;`)).toBeUndefined();
    expect(await run(`return new Date(0);`)).toBe('1970-01-01T00:00:00.000Z');
  }, 60_000);

  it('logs at its level, by its logger and the console', async () => {
    const callback = `
      this.logger.debug('deep'); this.logger.info({ n: 1 }, "I'm firing!"); this.logger.warn(new Error('beware'));
      console.log('%s and %d', 'one', 2);`;
    await run(callback, { logLevel: 'info' });
    expect(logged.map(({ level, msg, n }) => [level, msg, n])).toEqual([
      [30, "I'm firing!", 1],
      [40, 'beware', undefined],
      [30, 'one and 2', undefined],
    ]);
    expect(logged[1]).toMatchObject({ err: { type: 'Error', message: 'beware' } });
    logged = [];
    await run(callback, { logLevel: 'debug' });
    expect(logged).toHaveLength(4);
  }, 60_000);

  it("may log fields that have the names of the logger's own", async () => {
    await run(`
      this.logger.info({ msg: 42 }); this.logger.warn({ level: 'high' }, 'a sample'); this.logger.info({ msg: { a: 1 }, n: 1 });`);
    expect(logged).toMatchObject([
      { level: 30, msg: 42 },
      { level: 'high', msg: 'a sample' },
      { level: 30, msg: { a: 1 }, n: 1 },
    ]);
  }, 60_000);

  it('does no harm to its host by what it posts itself', async () => {
    const head = `import { parentPort } from 'node:worker_threads';`;
    const posts = `for (const one of [null, 'text', {}, { type: 'log', line: 'no JSON' }, { type: 'log' }]) parentPort?.postMessage(one);`;
    expect(await run(`${posts} return 'done';`, { head })).toBe('done');
    expect(logged).toContainEqual(expect.objectContaining({ msg: 'its thread posted what is no message of ours' }));
  }, 60_000);

  it('does not drown its host in log lines', async () => {
    await run(`for (let i = 0; i < 20_000; i++) this.logger.info('again');`);
    expect(logged.length).toBeLessThan(15_000);
    expect(logged).toContainEqual(
      expect.objectContaining({ msg: expect.stringContaining('the rest of them is dropped') }),
    );
  }, 60_000);
});

describe('a run that goes wrong', () => {
  it.each([
    ['throws', `const x = undefined;\n    x.y;`, /^Mine: TypeError: .*undefined.* \(mine\.worker\.ts:8:7\)$/],
    ['throws what is no error', `throw 'a fit';`, /^Mine: threw "a fit"$/],
    [
      'throws an error that cannot be read',
      `throw Object.defineProperty(new Error(), 'message', { get() { throw new Error('unreadable'); } });`,
      /^Mine: threw something that cannot be read/,
    ],
    [
      'throws in a timer while it waits',
      `setTimeout(() => { throw new RangeError('late'); }); await new Promise(() => {});`,
      /^Mine: RangeError: late \(mine\.worker\.ts:7:\d+\)$/,
    ],
    [
      'forgets a promise that is rejected',
      `void Promise.reject(new Error('forgotten')); await new Promise(() => {});`,
      /^Mine: Error: forgotten \(mine\.worker\.ts:7:\d+\)$/,
    ],
    ['ends its process', `process.exit(7);`, /process\.exit\(7\) was called.*mine\.worker\.ts:7/],
    ['ends its process by the module', `exit();`, /process\.exit\(\) was called.*mine\.worker\.ts:7/],
    [
      'uses up its memory',
      `const all = []; for (;;) all.push(new Array(10_000).fill(Math.random()));`,
      /^Mine: its thread ended: it used more than 64 MB of memory$/,
    ],
    ['loops without end', `for (;;) {}`, /^Mine: was silent for 0\.5 s and was stopped; .*heartbeat/],
    ['never ends', `await new Promise(() => {});`, /^Mine: was silent for 0\.5 s/],
  ])(
    'fails clearly when it %s',
    async (_, callback, message) => {
      const head = callback.includes('exit();') ? `import { exit } from 'node:process';` : '';
      const hungry = callback.includes('all.push');
      const limits = hungry ? { memoryMb: 64 } : { silenceMs: /for|never|=> \{\}/.test(callback) ? 500 : 20_000 };
      await expect(run(callback, { head, ...limits })).rejects.toThrow(message);
    },
    60_000,
  );

  it('shows the stack of the source', async () => {
    const failure = await run(`helper();`, { head: `function helper() { throw new Error('deep'); }` }).catch(
      (e: unknown) => e,
    );
    expect(failure).toMatchObject({
      stack: expect.stringMatching(/deep[^]*at helper \(.*mine\.worker\.ts:3:\d+\)\n.*at Mine\.callback/),
    });
  }, 60_000);

  it('goes on beyond the limit as long as it says that it is alive', async () => {
    const callback = `for (let i = 0; i < 12; i++) { await new Promise((r) => setTimeout(r, 100)); this.heartbeat(); } return 'through';`;
    expect(await run(callback, { silenceMs: 600 })).toBe('through');
  }, 60_000);
});

describe('a run that must stop', () => {
  const begun = async (): Promise<void> =>
    until(async () => (await linesOf(join(folder.base, 'begun'))).length > 0, 'the run to begin');
  const begin = () => `appendFileSync('${join(folder.base, 'begun')}', 'begun\\n');`;

  it('hears so by its signal, and may end well', async () => {
    const abort = new AbortController();
    const running = run(
      `${begin()} await new Promise((stop) => this.signal.addEventListener('abort', stop)); return 'tidied up';`,
      { signal: abort.signal },
    );
    await begun();
    abort.abort(new Error('enough'));
    expect(await running).toBe('tidied up');
  }, 60_000);

  it.each([
    ['throws then', `while (true) { this.signal.throwIfAborted(); await new Promise((r) => setTimeout(r, 10)); }`],
    ['does not listen', `for (;;) {}`],
  ])(
    'ends with the reason when it %s',
    async (_, rest) => {
      const abort = new AbortController();
      const running = run(`${begin()} ${rest}`, { signal: abort.signal });
      await begun();
      abort.abort(new Error('enough'));
      await expect(running).rejects.toThrow('enough');
    },
    60_000,
  );

  it('does not begin when it must stop already', async () => {
    const running = run(begin(), { signal: AbortSignal.abort(new Error('enough')) });
    await expect(running).rejects.toThrow('enough');
    expect(await linesOf(join(folder.base, 'begun'))).toEqual([]);
  }, 60_000);
});

describe("a class's schema", () => {
  const SCHEMA = `static schema = z.strictObject({
    threshold: z.number('a number from 0 to 100').min(0).max(100).default(50),
    nested: z.object({ mode: z.enum(['fast', 'deep']) }).optional(), });`;

  it('fills in defaults, and leaves alone the keys of all workers and those of PeriodicWorker.json', async () => {
    const values = { interval: 'minutely', of_all: 1 };
    expect(await run('return this.config.worker;', { members: SCHEMA, values, ownKeys: [] })).toEqual({
      log_level: 'INFO',
      interval: 'minutely',
      of_all: 1,
      threshold: 50,
    });
  }, 60_000);

  it('tells everything that is wrong, with its path and what is allowed', async () => {
    expect(await issues(SCHEMA, { threshold: 'high', nested: { mode: 'slow' }, treshold: 1 })).toEqual([
      { path: ['threshold'], message: 'a number from 0 to 100', expected: 'number' },
      { path: ['nested', 'mode'], message: expect.any(String), values: ['fast', 'deep'] },
      { path: [], message: expect.any(String), unknownKeys: ['treshold'], knownKeys: ['threshold', 'nested'] },
    ]);
  }, 60_000);

  it('may be of any library', async () => {
    const schema = `static schema = { '~standard': { version: 1, vendor: 'mine', validate: async (value: any) =>
      value.n > 1 ? { value: { ...value, twice: value.n * 2 } } : { issues: [{ message: 'more than 1', path: ['list', { key: 'n' }, 0] }] } } };`;
    expect(await run('return this.config.worker.twice;', { members: schema, values: { n: 4 } })).toBe(8);
    expect(await issues(schema, { n: 1 })).toEqual([{ path: ['list', 'n', 0], message: 'more than 1' }]);
    await expect(issues(`static schema = { threshold: 5 };`, {})).rejects.toThrow('static schema is no schema');
  }, 60_000);

  it('refuses the run too, in case it was not asked before', async () => {
    const members = `static schema = z.object({ needed: z.string() });`;
    await expect(run('', { members })).rejects.toMatchObject({ issues: [{ path: ['needed'] }] });
  }, 60_000);
});

describe("a worker's own files", () => {
  it('are found beside it', async () => {
    await folder.write('sub/list.txt', 'from beside');
    await writeFile(
      join(folder.rules, 'sub', 'read.ts'),
      `
      import { readFileSync } from 'node:fs';
      import { join } from 'node:path';
      export const list = readFileSync(join(import.meta.dirname, 'list.txt'), 'utf8');`,
    );
    expect(await run('return list;', { head: `import { list } from './sub/read.ts';` })).toBe('from beside');
  }, 60_000);
});
