import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RulebookUnavailableError, UserCodeError } from '../../rulebook/errors.ts';
import { AT, cookieWith, evaluation } from '../support/rules-evaluation.ts';
import { ruleSource } from '../support/rules-folder.ts';

const IMPORT = `import { defineRule, defineLoader, defineReceiver, notify, Priority } from 'cookie-monster';\n`;
const tell = (expression: string): string =>
  `${IMPORT}export default defineRule({ id: 'tell', matches: () => true, action: async (cookie, context) => ({ notifications: [notify('tell', { data: ${expression} })] }) });`;

const list = async (path: string) => {
  if (path === '/zone/a') return Promise.resolve({ avus: [] });
  throw Object.assign(new Error('no such path'), { code: -310000 });
};

async function told(
  expression: string,
  ...[options, cookie]: [Parameters<typeof evaluation>[1]?, Parameters<typeof cookieWith>[1]?]
) {
  await using it = await evaluation({ 'a.rule.ts': tell(expression) }, options ?? {});
  const judgement = await it.judge(cookieWith('/a', cookie));
  expect(judgement.problems).toEqual([]);
  return judgement.notifications[0]?.notification.data;
}

describe('rules in threads', () => {
  it('see the cookie: identifier, path, enrichments in time order, by source, and diffs', async () => {
    const seen = await told(
      `[cookie.identifier, cookie.path, cookie.enrichments.length, [...cookie.enrichments].map(({ source }) => source),
        cookie.enrichments.sources(), cookie.enrichments.fromSource('b').length, cookie.enrichments.mostRecent('a').metadata,
        cookie.enrichments.mostRecent('none') === undefined,
        cookie.enrichments.diff(cookie.enrichments.mostRecent('a'), { ...cookie.enrichments.mostRecent('a'), metadata: { x: 2 } })]`,
      {},
      { b: {}, a: { x: 1 } },
    );
    const diff = { additions: { x: 2 }, deletions: { x: 1 } };
    expect(seen).toEqual(['/a', '/a', 2, ['b', 'a'], ['b', 'a'], 1, { x: 1 }, true, diff]);
  }, 60_000);

  it('cannot change the cookie: trying to is a throw of their own', async () => {
    await using it = await evaluation({
      'a.rule.ts': `${IMPORT}export const a = defineRule({ id: 'a', matches: (cookie) => { cookie.identifier = '/b'; return true; }, action: () => {} });
        export const b = defineRule({ id: 'b', matches: (cookie) => { cookie.enrichments.mostRecent('s').metadata.list.push(1); return true; }, action: () => {} });
        export const c = defineRule({ id: 'c', matches: (cookie) => cookie.enrichments.mostRecent('s').metadata.list.length === 0, action: () => {} });`,
    });
    const { applied, problems } = await it.judge(cookieWith('/a', { s: { list: [] } }));
    expect(applied).toEqual([{ rule: 'c', terminate: false }]);
    expect(problems.map(({ id, message }) => [id, message.slice(0, 10)])).toEqual([
      ['a', 'TypeError:'],
      ['b', 'TypeError:'],
    ]);
  }, 60_000);

  it('get config, home, the jar and a signal; no irods where there is none', async () => {
    const jar = {
      fetch: async (identifier: string) =>
        Promise.resolve(identifier === '/b' ? cookieWith('/b', { s: { x: 1 } }) : undefined),
    };
    const seen = await told(
      `[context.config, Object.isFrozen(context.config.deep), typeof context.home, (await context.jar.fetch('/b')).enrichments.mostRecent('s').metadata,
        (await context.jar.fetch('/none')) === undefined, context.signal.aborted, 'irods' in context]`,
      { config: { deep: { x: 1 } }, services: { jar } },
    );
    expect(seen).toEqual([{ deep: { x: 1 } }, true, 'string', { x: 1 }, true, false, false]);
  }, 60_000);

  it('get irods where it is there, with the code of its errors', async () => {
    const services = { jar: { fetch: async () => Promise.resolve(undefined) }, irods: { list } };
    const seen = await told(
      `[await context.irods.list('/zone/a'), await context.irods.list('/b').catch(({ code, message }) => [code, message])]`,
      { services },
    );
    expect(seen).toEqual([{ avus: [] }, [-310000, 'no such path']]);
  }, 60_000);

  it("write to the host's log, also by console and standard output", async () => {
    await using it = await evaluation({
      'a.rule.ts': ruleSource(
        'a',
        `(context.log.warn('by log', { n: 1 }), console.log('by %s', 'console'), process.stdout.write('by stdout\\n'), true)`,
      ),
    });
    await it.judge();
    await it.judge();
    const own = { rule: 'a', file: 'a.rule.ts' };
    expect(it.log).toContainEqual({ level: 'warn', message: 'by log', details: { n: 1, ...own } });
    expect(it.log).toContainEqual({ level: 'info', message: 'by console', details: own });
    expect(it.log.map(({ message }) => message).join()).toContain('by stdout');
  }, 60_000);

  it('are told where they threw: file, line and column of the source', async () => {
    await using it = await evaluation({
      'sub/a.rule.ts': `${IMPORT}import { fail } from '../helper.ts';\ninterface X { y: 1 }\nexport default defineRule({\n  id: 'a',\n  matches: () => fail(),\n  action: () => {},\n});`,
      'helper.ts': `export type T = string;\nexport function fail(): never {\n  throw new RangeError(import.meta.dirname.slice(0, 0) + 'oh');\n}\n`,
    });
    expect((await it.judge()).problems).toEqual([
      { kind: 'rule', id: 'a', file: 'sub/a.rule.ts', message: 'RangeError: oh (helper.ts:3:9)' },
    ]);
  }, 60_000);

  it('go on with the version that is asked for after the files have changed', async () => {
    await using it = await evaluation({ 'a.rule.ts': ruleSource('old') });
    const { hash } = it;
    await it.folder.write('a.rule.ts', ruleSource('new'));
    await it.publish();
    expect((await it.judge(undefined, { rulebook: hash })).applied[0]?.rule).toBe('old');
    expect((await it.judge()).applied[0]?.rule).toBe('new');
  }, 60_000);

  it('run of many versions, one after the other, in few threads', async () => {
    await using it = await evaluation({ 'a.rule.ts': ruleSource('v0') }, { threads: { rules: 1 } });
    for (let version = 0; version < 8; version++) {
      await it.folder.write('a.rule.ts', ruleSource(`v${version}`));
      await it.publish();
      expect((await it.judge()).applied[0]?.rule).toBe(`v${version}`);
    }
  }, 60_000);

  it('judge many cookies at once, each with its own answer', async () => {
    await using it = await evaluation({ 'a.rule.ts': tell('cookie.identifier') });
    const paths = Array.from({ length: 200 }, (_, index) => `/${index}`);
    const answers = await Promise.all(
      paths.map(async (path) => (await it.judge(cookieWith(path))).notifications[0]?.notification),
    );
    expect(answers.map((notification) => notification?.data)).toEqual(paths);
    expect(answers.map((notification) => notification?.identifier)).toEqual(paths);
  }, 60_000);
});

describe('a version', () => {
  it('is unavailable if the jar does not have it', async () => {
    await using it = await evaluation({ 'a.rule.ts': ruleSource('a') });
    await expect(it.judge(undefined, { rulebook: 'f'.repeat(64) })).rejects.toThrow(RulebookUnavailableError);
  }, 60_000);

  it('is unavailable if its text is not what its hash says', async () => {
    await using it = await evaluation({ 'a.rule.ts': ruleSource('a') });
    await it.documents.update(`rulebook:${it.hash}:0000`, (body) => ({
      result: undefined,
      write: { text: `${JSON.stringify(body)}// harmless` },
    }));
    await expect(it.judge()).rejects.toThrow(/its text in the jar has the hash/);
  }, 60_000);

  it('is written anew where its file is spoilt or gone, never loaded from a spoilt one', async () => {
    await using it = await evaluation({ 'a.rule.ts': ruleSource('a') }, { threads: { rules: 1 } });
    const spoil = async (): Promise<void> => {
      for (const name of await readdir(it.folder.cache))
        await writeFile(join(it.folder.cache, name), 'throw new Error("spoilt");');
    };
    await spoil();
    expect((await it.judge()).applied[0]?.rule).toBe('a');
    await rm(it.folder.cache, { recursive: true });
    expect((await it.judge()).applied[0]?.rule).toBe('a');
  }, 60_000);
});

describe('loaders', () => {
  const loader = (id: string, load: string): string =>
    `${IMPORT}export default defineLoader({ id: '${id}', canEnrich: () => true, load: ${load} });`;
  const load = async (source: string, signal?: AbortSignal) => {
    await using it = await evaluation({ 'a.loader.ts': loader('l', source) });
    const request = { rulebook: it.hash, loader: 'l', cookie: cookieWith('/a'), timestamp: AT };
    return await it.evaluator.load(signal === undefined ? request : { ...request, signal });
  };

  it('bring one enrichment, with the given time unless they say another', async () => {
    expect(await load(`async (cookie) => ({ source: 's', metadata: { path: cookie.path } })`)).toEqual({
      source: 's',
      timestamp: AT,
      metadata: { path: '/a' },
    });
    const own = await load(`() => ({ source: 's', metadata: {}, timestamp: '2020-01-01T01:00:00+01:00' })`);
    expect(own.timestamp).toBe('2020-01-01T00:00:00.000Z');
  }, 60_000);

  it.each([
    ['nothing', '() => undefined', 'load returned undefined (allowed: {source, metadata, timestamp?})'],
    ['no source', '() => ({ metadata: {} })', 'source must be a text'],
    ['metadata that is no object', `() => ({ source: 's', metadata: [] })`, 'metadata must be a JSON object'],
    ['metadata that JSON cannot say', `() => ({ source: 's', metadata: { f() {} } })`, 'metadata.f'],
    [
      'a time without a zone',
      `() => ({ source: 's', metadata: {}, timestamp: '2020-01-01T00:00:00' })`,
      'it has no zone',
    ],
    ['a reserved source', `() => ({ source: 'rule_application', metadata: {} })`, 'reserved source'],
    ['a throw', `() => { throw new Error('down'); }`, 'Error: down (a.loader.ts:2:'],
  ])(
    'fail with %s',
    async (_, source, message) => {
      const failure: unknown = await load(source).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(UserCodeError);
      expect(failure).toMatchObject({
        kind: 'loader',
        id: 'l',
        file: 'a.loader.ts',
        message: expect.stringContaining(message),
      });
    },
    60_000,
  );

  it('are told that nobody wants it any more', async () => {
    const abort = new AbortController();
    const loading = load(
      `async (cookie, { signal }) => { await new Promise((resolve) => signal.addEventListener('abort', resolve)); signal.throwIfAborted(); }`,
      abort.signal,
    );
    abort.abort(new Error('changed my mind'));
    await expect(loading).rejects.toThrow('changed my mind');
  }, 60_000);

  it('are ended if they do not heed that', async () => {
    await using it = await evaluation({ 'a.loader.ts': loader('l', `() => { console.log('deaf'); for (;;); }`) });
    const abort = new AbortController();
    const request = { rulebook: it.hash, loader: 'l', cookie: cookieWith('/a'), timestamp: AT, signal: abort.signal };
    const loading = it.evaluator.load(request);
    setTimeout(() => abort.abort(new Error('enough')), 300).unref();
    await expect(loading).rejects.toThrow('enough');
  }, 60_000);

  it('of an unknown id are an error that names it', async () => {
    await using it = await evaluation({ 'a.rule.ts': ruleSource('a') });
    const request = { rulebook: it.hash, loader: 'nobody', cookie: cookieWith('/a'), timestamp: AT };
    await expect(it.evaluator.load(request)).rejects.toThrow(`loader 'nobody': this rulebook has no such loader`);
  }, 60_000);
});

describe('receivers', () => {
  it('get the notification, frozen, and fail with their own reason', async () => {
    await using it = await evaluation({
      'a.receiver.ts': `${IMPORT}export const a = defineReceiver({ id: 'a', receive: (notification, { log }) => log.info(JSON.stringify(notification)) });
        export const b = defineReceiver({ id: 'b', receive: async (notification) => { notification.data.x = 2; } });`,
    });
    const notification = { id: 'n', about: 'x', data: { x: 1 }, sender: 's', identifier: '/a', at: AT };
    await it.evaluator.receive({ rulebook: it.hash, receiver: 'a', notification });
    expect(JSON.parse(it.log.findLast(({ message }) => message.startsWith('{'))?.message ?? '')).toEqual(notification);
    const failing = it.evaluator.receive({ rulebook: it.hash, receiver: 'b', notification });
    await expect(failing).rejects.toMatchObject({ kind: 'receiver', id: 'b', file: 'a.receiver.ts' });
  }, 60_000);
});
