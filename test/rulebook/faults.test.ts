import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { EvaluatorClosedError, RulebookUnavailableError } from '../../rulebook/errors.ts';
import { AT, cookieWith, evaluation, eventually } from '../support/rules-evaluation.ts';
import { ruleSource } from '../support/rules-folder.ts';

const IMPORT = `import { defineRule, defineLoader, defineReceiver, notify } from 'cookie-monster';\n`;
const QUICK = { limits: { ruleTimeoutMs: 500, loaderTimeoutMs: 500, receiverTimeoutMs: 500 } };
const FOREVER = '(() => { for (;;); })()';

const fetchSlowly = async () => {
  await new Promise((resolve) => setTimeout(resolve, 1200));
  return undefined;
};

/** Only the cookie `/bad` meets the fault. */
const onBad = (fault: string): string => ruleSource('bad', `cookie.path === '/bad' && ${fault}`, 'priority: 1,');

describe.each([
  ['an endless synchronous loop', FOREVER, /ran longer than 0.5 s and was stopped/],
  ['a promise that never settles', 'new Promise(() => {})', /ran longer than 0.5 s and was stopped/],
  ['endless microtasks', '(async () => { for (;;) await null; })()', /ran longer than 0.5 s and was stopped/],
  ['a runaway regular expression', `/^(a+)+$/.test('a'.repeat(60) + '!')`, /ran longer than 0.5 s and was stopped/],
  ['endless JSON', '(() => { const all = {}; all.all = all; return JSON.stringify(all); })()', /circular/],
  ['process.exit', 'process.exit(3)', /process.exit\(\) is not for rules/],
  ['the end of its thread', 'process.reallyExit(3)', /its thread ended: it exited with 3/],
  [
    'an error in a timer it waits for',
    `new Promise(() => setTimeout(() => { throw new Error('late'); }))`,
    /Error: late/,
  ],
  ['a rejection that nobody awaits', `new Promise(() => { Promise.reject(new Error('lost')); })`, /Error: lost/],
  ['endless recursion', '(function again() { return again() + 1; })()', /RangeError/],
  [
    'too much memory',
    '(() => { const all = []; for (;;) all.push(new Array(10000).fill(all.length)); })()',
    /its thread ended: .*memory/,
  ],
])('a rule with %s', (_, fault, message) => {
  it('counts as thrown; the other rules and other cookies go on', async () => {
    const limits = {
      ...QUICK.limits,
      threadMemoryMb: 48,
      ...(fault.includes('push') ? { ruleTimeoutMs: 20_000 } : {}),
    };
    await using it = await evaluation({ 'a.rule.ts': onBad(fault), 'b.rule.ts': ruleSource('good') }, { limits });
    const [bad, ...others] = await Promise.all(
      ['/bad', '/1', '/2', '/3', '/4'].map(async (path) => it.judge(cookieWith(path))),
    );
    expect(bad?.applied).toEqual([{ rule: 'good', terminate: false }]);
    expect(bad?.problems).toEqual([
      { kind: 'rule', id: 'bad', file: 'a.rule.ts', message: expect.stringMatching(message) },
    ]);
    for (const other of others) expect(other).toMatchObject({ applied: [{ rule: 'good' }], problems: [] });
    expect((await it.judge(cookieWith('/after'))).applied).toHaveLength(1);
  }, 60_000);
});

const PORT = `import { existsSync, writeFileSync } from 'node:fs';\nimport { parentPort } from 'node:worker_threads';\n`;
const LOOPS = '() => { for (;;); }';

describe.each([
  ['cuts its thread off', 'parentPort.close()', /its thread ended: it exited with 0/],
  ['has its thread loop at its end', `(process.on('exit', ${LOOPS}), parentPort.close())`, /and was stopped/],
  [
    'has an error that nobody caught loop',
    `(process.on('uncaughtException', ${LOOPS}), setImmediate(() => { throw new Error('late'); }))`,
    /and was stopped/,
  ],
  [
    'ends its thread in the next turn',
    'setImmediate(() => process.reallyExit(3))',
    /its thread ended: it exited with 3/,
  ],
  ['loops in the next turn', `setImmediate(${LOOPS})`, /and was stopped/],
])('a rule that, once it has returned, %s', (_, fault, message) => {
  it('counts as thrown; those that ran after it are not blamed', async () => {
    const files = {
      'a.rule.ts': ruleSource('first', 'true', 'priority: 0,'),
      'b.rule.ts': PORT + onBad(`(${fault}, true)`),
      'c.rule.ts': ruleSource('last'),
    };
    await using it = await evaluation(files, QUICK);
    const [bad, ...others] = await Promise.all(['/bad', '/1', '/2'].map(async (path) => it.judge(cookieWith(path))));
    const healthy = [{ rule: 'first' }, { rule: 'last' }];
    expect(bad?.applied).toMatchObject(healthy);
    expect(bad?.problems).toEqual([
      { kind: 'rule', id: 'bad', file: 'b.rule.ts', message: expect.stringMatching(message) },
    ]);
    for (const other of others) expect(other).toMatchObject({ applied: healthy, problems: [] });
  }, 60_000);
});

describe('a thread that ends between two calls', () => {
  it("is nobody's fault where it does so once", async () => {
    const once = `(existsSync(context.home + '/flag') || (writeFileSync(context.home + '/flag', ''), parentPort.close()), true)`;
    await using it = await evaluation({ 'a.rule.ts': PORT + ruleSource('once', once), 'b.rule.ts': ruleSource('b') });
    expect(await it.judge()).toMatchObject({ applied: [{ rule: 'once' }, { rule: 'b' }], problems: [] });
    expect(existsSync(join(it.folder.home, 'flag'))).toBe(true);
  }, 60_000);

  it('is the fault of the loader or receiver that it ran, where it does so again', async () => {
    const files = {
      'a.loader.ts': `${PORT}${IMPORT}
        export const l = defineLoader({ id: 'l', canEnrich: () => true, load: () => (parentPort.close(), { source: 's', metadata: {} }) });
        export const r = defineReceiver({ id: 'r', receive: () => parentPort.close() });`,
    };
    await using it = await evaluation(files, QUICK);
    const { hash: rulebook, evaluator } = it;
    const loading = evaluator.load({ rulebook, loader: 'l', cookie: cookieWith('/a'), timestamp: AT });
    await expect(loading).rejects.toThrow(`loader 'l' (a.loader.ts): its thread ended: it exited with 0`);
    const notification = { id: 'n', about: 'x', data: null, sender: 's', identifier: '/a', at: AT };
    const receiving = evaluator.receive({ rulebook, receiver: 'r', notification });
    await expect(receiving).rejects.toThrow(`receiver 'r' (a.loader.ts): its thread ended: it exited with 0`);
  }, 60_000);
});

describe.each([
  [
    '100,000 notifications',
    `Array.from({ length: 100_000 }, (_, n) => notify('n', { data: n }))`,
    /100000 notifications/,
  ],
  [
    'a notification of 20 MB',
    `[notify('n', { data: 'x'.repeat(20_000_000) })]`,
    /notifications\[0\]\.data has more bytes of JSON than the 1048576 allowed/,
  ],
  [
    'a notification nested 100,000 deep',
    `(() => { let data = {}; for (let n = 0; n < 100_000; n++) data = { data }; return [notify('n', { data })]; })()`,
    /deep|nest|call stack/i,
  ],
])('a rule that asks for %s', (_, notifications, message) => {
  it('counts as thrown; none of it goes out, and the other rules go on', async () => {
    const greedy = `${IMPORT} export default defineRule({ id: 'greedy', priority: 1, matches: () => true, action: () => ({ notifications: ${notifications} }) });`;
    await using it = await evaluation({ 'a.rule.ts': greedy, 'b.rule.ts': ruleSource('good') });
    const judged = await it.judge(cookieWith('/1'));
    expect(judged.applied).toEqual([{ rule: 'good', terminate: false }]);
    expect(judged.problems).toMatchObject([{ id: 'greedy', message: expect.stringMatching(message) }]);
    expect(judged.notifications.map(({ notification }) => notification.sender)).not.toContain('greedy');
  }, 60_000);
});

it('goes on where a rule posts to its host what is no message', async () => {
  const post = (message: string): string =>
    `import('node:worker_threads').then(({ parentPort }) => { parentPort.postMessage(${message}); return true; })`;
  const posts = ['null', '42', `{ type: 'log', level: 'nothing' }`].map(post);
  await using it = await evaluation({ 'a.rule.ts': ruleSource('posting', `Promise.all([${posts.join(', ')}])`) });
  for (const path of ['/1', '/2'])
    expect((await it.judge(cookieWith(path))).applied).toMatchObject([{ rule: 'posting' }]);
});

describe('user code that runs too long', () => {
  it('is found also in actions, canEnrich and accepts, several in one judgement', async () => {
    await using it = await evaluation(
      {
        'a.rule.ts': `${IMPORT}
          export const a = defineRule({ id: 'a', matches: () => true, action: () => ${FOREVER} });
          export const b = defineRule({ id: 'b', matches: () => true, action: () => ({ notifications: [notify('b')] }) });
          export const l = defineLoader({ id: 'l', canEnrich: () => ${FOREVER}, load: () => ({ source: 's', metadata: {} }) });
          export const m = defineLoader({ id: 'm', priority: 0, canEnrich: () => false, load: () => ({ source: 's', metadata: {} }) });
          export const r = defineReceiver({ id: 'r', accepts: () => ${FOREVER}, receive: () => {} });
          export const s = defineReceiver({ id: 's', receive: () => {} });`,
      },
      QUICK,
    );
    const judgement = await it.judge();
    expect(judgement.problems.map(({ kind, id }) => [kind, id])).toEqual([
      ['rule', 'a'],
      ['loader', 'l'],
      ['receiver', 'r'],
    ]);
    expect(judgement.applied).toEqual([{ rule: 'b', terminate: false }]);
    expect(judgement.notifications.map(({ notification, receivers }) => [notification.about, receivers])).toEqual([
      ['b', ['s']],
      ['nothing_more_to_learn', ['s']],
    ]);
  }, 60_000);

  it('is stopped in loaders and receivers, unless it gives signs of life', async () => {
    const rest = `await new Promise((resolve) => setTimeout(resolve, 60));`;
    await using it = await evaluation(
      {
        'a.loader.ts': `${IMPORT}
          export const dead = defineLoader({ id: 'dead', canEnrich: () => true, load: () => ${FOREVER} });
          export const alive = defineLoader({ id: 'alive', canEnrich: () => true, load: async (cookie, context) => {
            for (let n = 0; n < 20; n++) { ${rest} context.heartbeat(); }
            return { source: 's', metadata: {} };
          } });
          export const r = defineReceiver({ id: 'r', receive: () => new Promise(() => {}) });`,
      },
      QUICK,
    );
    const load = async (loader: string) =>
      it.evaluator.load({ rulebook: it.hash, loader, cookie: cookieWith('/a'), timestamp: AT });
    await expect(load('dead')).rejects.toThrow(`loader 'dead' (a.loader.ts): ran longer than 0.5 s and was stopped`);
    expect((await load('alive')).source).toBe('s');
    const notification = { id: 'n', about: 'x', data: null, sender: 's', identifier: '/a', at: AT };
    await expect(it.evaluator.receive({ rulebook: it.hash, receiver: 'r', notification })).rejects.toThrow(
      /receiver 'r' .*was stopped/,
    );
  }, 60_000);

  it('is not to blame while the jar takes its time', async () => {
    const files = { 'a.rule.ts': ruleSource('a', `context.jar.fetch('/b').then(() => true)`) };
    await using it = await evaluation(files, { ...QUICK, services: { jar: { fetch: fetchSlowly } } });
    expect(await it.judge()).toMatchObject({ applied: [{ rule: 'a' }], problems: [] });
  }, 60_000);

  it('does not hold up loaders when rules hang, nor rules when loaders do', async () => {
    await using it = await evaluation(
      {
        'a.rule.ts': onBad(FOREVER),
        'b.loader.ts': `${IMPORT}export default defineLoader({ id: 'l', canEnrich: () => false, load: () => ({ source: 's', metadata: {} }) });`,
      },
      { limits: { ruleTimeoutMs: 60_000 }, threads: { rules: 1 } },
    );
    const hanging = it.judge(cookieWith('/bad')).catch((error: unknown) => error);
    const loaded = await it.evaluator.load({ rulebook: it.hash, loader: 'l', cookie: cookieWith('/a'), timestamp: AT });
    expect(loaded.source).toBe('s');
    await it.evaluator.close();
    expect(await hanging).toBeInstanceOf(EvaluatorClosedError);
  }, 60_000);
});

describe('what user code leaves behind', () => {
  it.each([
    ['throws', `setTimeout(() => { throw new Error('much later'); }, 50)`, 'much later'],
    ['ends its process', 'setTimeout(() => process.exit(3))', 'process.exit() is not for rules'],
  ])(
    'is logged with its name when it %s later, and harms nobody',
    async (_, later, words) => {
      await using it = await evaluation(
        { 'a.rule.ts': onBad(`(${later}, true)`), 'b.rule.ts': ruleSource('good') },
        { threads: { rules: 1 } },
      );
      expect((await it.judge(cookieWith('/bad'))).problems).toEqual([]);
      await eventually(() => it.log.some(({ message }) => message.includes(words)), 'the log of the late error');
      expect(it.log.find(({ message }) => message.includes(words))).toMatchObject({
        level: 'error',
        details: { rule: 'bad' },
      });
      expect((await it.judge(cookieWith('/good'))).applied).toHaveLength(1);
    },
    60_000,
  );

  it('cannot flood the log', async () => {
    await using it = await evaluation({
      'a.rule.ts': ruleSource('a', `(() => { for (let n = 0; n < 5000; n++) console.log(n); return true; })()`),
    });
    await it.judge();
    expect(it.log.length).toBeLessThan(1100);
    expect(it.log.some(({ message }) => message.includes('the rest is dropped'))).toBe(true);
  }, 60_000);
});

describe('a rulebook that cannot be loaded here', () => {
  it('is unavailable, with the reason, also in the log, while others go on', async () => {
    await using it = await evaluation({ 'a.rule.ts': ruleSource('a') });
    const { hash } = it;
    await it.folder.write(
      'a.rule.ts',
      `import { existsSync } from 'node:fs';\nif (existsSync(new URL('./trap', import.meta.url))) throw new Error('trapped');\n${ruleSource('b')}`,
    );
    await it.publish();
    await it.folder.write('trap', '');
    await expect(it.judge()).rejects.toThrow(RulebookUnavailableError);
    await expect(it.judge()).rejects.toThrow(/trapped/);
    expect(it.log).toContainEqual(
      expect.objectContaining({ level: 'warn', message: expect.stringMatching(/is unavailable: .*trapped/) }),
    );
    expect((await it.judge(undefined, { rulebook: hash })).applied).toHaveLength(1);
  }, 60_000);
});
