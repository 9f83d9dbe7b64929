import { cookieWith, type Evaluation, evaluation, AT } from '../support/rules-evaluation.ts';
import { ruleSource } from '../support/rules-folder.ts';

const NOTE = (draft: string): string => `({ notifications: [${draft}] })`;

/** What matches gives, or action where it begins with `action:`, and what is said of it. */
const RULES: readonly (readonly [what: string, body: string, message: RegExp])[] = [
  ['matches that throws undefined', 'matches: () => { throw undefined; }', /threw undefined/],
  ['matches that throws null', 'matches: () => { throw null; }', /threw null/],
  ['matches that throws a Symbol', `matches: () => { throw Symbol('x'); }`, /threw a symbol/],
  [
    'matches that throws an error without words',
    'matches: () => { throw Object.assign(new Error(), { name: Symbol() }); }',
    /cannot be read/,
  ],
  [
    'matches that throws an error whose stack is a number',
    `matches: () => { throw Object.assign(new Error('odd'), { stack: 42 }); }`,
    /^Error: odd$/,
  ],
  [
    'matches that throws an error whose stack throws',
    `matches: () => { const e = new Error('odd'); Object.defineProperty(e, 'stack', { get() { throw 1; } }); throw e; }`,
    /^Error: odd$/,
  ],
  [
    'matches that throws an error whose message hangs',
    `matches: () => { const e = new Error(); Object.defineProperty(e, 'message', { get() { for (;;); } }); throw e; }`,
    /ran longer than 5 s and was stopped/,
  ],
  [
    'matches that throws a proxy',
    `matches: () => { throw new Proxy({}, { getPrototypeOf() { throw 1; } }); }`,
    /cannot be read/,
  ],
  [
    'matches that throws megabytes',
    `matches: () => { throw new Error('at (x:1:1) '.repeat(3e5)); }`,
    /^Error: at \(x:1:1\)/,
  ],
  ['matches that rejects', `matches: () => Promise.reject(new TypeError('no'))`, /TypeError: no/],
  [
    'matches that changes the cookie',
    'matches: (cookie) => { cookie.enrichments.length = 5; return true; }',
    /TypeError/,
  ],
  [
    'matches that reads what is not there',
    'matches: (cookie) => cookie.none.none',
    /TypeError: Cannot read properties of undefined/,
  ],
  ['an action that gives a number', 'action: () => 5', /action returned 5 \(allowed: nothing, or/],
  ['an action that gives a text', `action: () => 'stop'`, /action returned "stop"/],
  ['an action that gives a list', `action: () => [notify('x')]`, /action returned an array/],
  ['an action that gives a function', 'action: () => () => {}', /action returned a function/],
  ['an action that gives a Date', 'action: () => new Date()', /action returned an object/],
  [
    'an action that gives a proxy that throws',
    `action: () => new Proxy({}, { ownKeys() { throw new Error('trap'); } })`,
    /Error: trap/,
  ],
  [
    'an action that gives a revoked proxy',
    'action: () => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return (async () => ({ notifications: proxy }))(); }',
    /revoked/,
  ],
  [
    'an action with a member nobody knows',
    'action: () => ({ stop: true })',
    /unknown member 'stop' \(allowed: notifications, terminate\)/,
  ],
  ['terminate as text', `action: () => ({ terminate: 'yes' })`, /"yes" as 'terminate' \(allowed: true, false\)/],
  ['terminate as a number', 'action: () => ({ terminate: 1 })', /1 as 'terminate'/],
  [
    'notifications that are no list',
    `action: () => ({ notifications: notify('x') })`,
    /'notifications' \(allowed: an array\)/,
  ],
  [
    'too many notifications',
    `action: () => ({ notifications: Array.from({ length: 100000 }, () => notify('x')) })`,
    /100000 notifications \(allowed: /,
  ],
  [
    'a hole among notifications',
    `action: () => ({ notifications: [, notify('x')] })`,
    /notifications\[0\] is undefined/,
  ],
  ['a notification that is null', `action: () => ${NOTE('null')}`, /notifications\[0\] is null/],
  [
    'a notification without about',
    `action: () => ${NOTE('{}')}`,
    /notifications\[0\]\.about is undefined \(allowed: a text/,
  ],
  ['a notification about nothing', `action: () => ${NOTE(`notify('')`)}`, /about is ""/],
  ['a notification about a number', `action: () => ${NOTE('notify(5)')}`, /about is 5/],
  [
    'a notification about half a surrogate pair',
    String.raw`action: () => ${NOTE(`notify('\\ud800')`).replace('\\\\', '\\')}`,
    /about is not well-formed Unicode/,
  ],
  ['a notification with an empty sender', `action: () => ${NOTE(`notify('x', { sender: '' })`)}`, /sender is ""/],
  ['a notification with a number for a sender', `action: () => ${NOTE(`notify('x', { sender: 5 })`)}`, /sender is 5/],
  [
    'a notification with a member nobody knows',
    `action: () => ${NOTE(`{ about: 'x', to: 'y' }`)}`,
    /unknown member 'to'/,
  ],
  ...data('NaN', 'NaN', /data is NaN, which JSON cannot say/),
  ...data('Infinity', '{ a: [Infinity] }', /data\.a\[0\] is Infinity/),
  ...data('a function', '{ a: () => 1 }', /data\.a is a function/),
  ...data('a Symbol', `Symbol('x')`, /data is a symbol/),
  ...data('a BigInt', '{ a: 1n }', /data\.a is a bigint/),
  ...data('a Date', 'new Date()', /data is an instance of Date/),
  ...data('a Map', 'new Map()', /data is an instance of Map/),
  ...data('bytes', 'new Uint8Array(3)', /data is an instance of Uint8Array/),
  ...data('undefined in a list', '[undefined]', /data\[0\] is undefined/),
  ...data('a key named __proto__', `JSON.parse('{"__proto__": 1}')`, /data has a key named __proto__/),
  ...data('itself inside', '(() => { const a = {}; a.a = a; return a; })()', /lies deeper than 100 levels/),
  ...data(
    'the same list 2^60 times',
    '(() => { let a = 1; for (let n = 0; n < 60; n++) a = [a, a]; return a; })()',
    /has more bytes of JSON than/,
  ),
  ...data('100 MB', `'x'.repeat(1e8)`, /has more bytes of JSON than the 1048576 allowed/),
  ...data('a getter that throws', `({ get a() { throw new Error('got'); } })`, /Error: got/),
  ...data('a promise', 'Promise.resolve(1)', /data is an instance of Promise/),
];

/** What load gives, and what is said of it. */
const LOADERS: readonly (readonly [what: string, body: string, message: RegExp])[] = [
  ['nothing', 'undefined', /load returned undefined \(allowed: \{source, metadata, timestamp\?\}\)/],
  ['null', 'null', /load returned null/],
  ['a list', `[{ source: 's', metadata: {} }]`, /load returned an array/],
  ['a text', `'x'`, /load returned "x"/],
  ['no source', `{ metadata: {} }`, /source must be a text that is not empty/],
  ['an empty source', `{ source: '', metadata: {} }`, /source must be a text/],
  ['a source of 10 KB', `{ source: 's'.repeat(10240), metadata: {} }`, /source must be .*at most 1024 bytes/],
  ['half a surrogate pair for a source', String.raw`{ source: '\ud800', metadata: {} }`, /source must be well-formed/],
  ['the source of processing', `{ source: 'rule_application', metadata: {} }`, /reserved source 'rule_application'/],
  ['a member nobody knows', `{ source: 's', metadata: {}, data: 1 }`, /unknown member 'data'/],
  ['no metadata', `{ source: 's' }`, /metadata must be a JSON object, found undefined/],
  ['metadata that are a list', `{ source: 's', metadata: [] }`, /found an array/],
  ['metadata that are a Map', `{ source: 's', metadata: new Map() }`, /found an instance of Map/],
  ['NaN', `{ source: 's', metadata: { a: { b: [NaN] } } }`, /metadata\.a\.b\[0\] is NaN/],
  ['a BigInt', `{ source: 's', metadata: { a: 10n } }`, /metadata\.a is a bigint/],
  ['a Date in metadata', `{ source: 's', metadata: { at: new Date() } }`, /metadata\.at is an instance of Date/],
  [
    'metadata 101 deep',
    `{ source: 's', metadata: JSON.parse('{"a":'.repeat(101) + '{}' + '}'.repeat(101)) }`,
    /deeper than 100 levels/,
  ],
  [
    'metadata of 100 MB',
    `{ source: 's', metadata: { a: 'x'.repeat(1e8) } }`,
    /metadata has more bytes of JSON than the 1048576/,
  ],
  ['__proto__', `{ source: 's', metadata: JSON.parse('{"__proto__": {}}') }`, /a key named __proto__/],
  ['a key of half a surrogate pair', String.raw`{ source: 's', metadata: { '\udc00': 1 } }`, /well-formed/],
  ['a Date for a time stamp', `{ source: 's', metadata: {}, timestamp: new Date() }`, /timestamp must be a text/],
  ['a number for a time stamp', `{ source: 's', metadata: {}, timestamp: 1767592800000 }`, /timestamp must be a text/],
  ['a time stamp without a zone', `{ source: 's', metadata: {}, timestamp: '2026-01-05T06:00:00' }`, /it has no zone/],
  [
    'a time stamp of 30 February',
    `{ source: 's', metadata: {}, timestamp: '2026-02-30T06:00:00Z' }`,
    /that day does not exist/,
  ],
  ['a time stamp of 1 MB', `{ source: 's', metadata: {}, timestamp: '9'.repeat(1e6) }`, /not an ISO-8601 instant/],
  ['a proxy that throws', `new Proxy({}, { ownKeys() { throw new Error('trap'); } })`, /Error: trap/],
  ['a promise that rejects with nothing', 'Promise.reject()', /threw undefined/],
  ['a promise that never settles', 'new Promise(() => {})', /ran longer than 5 s and was stopped/],
];

let ground: Evaluation;

beforeAll(async () => {
  const bad = RULES.map(([, body], n) => {
    const only = `cookie.path === '/${n}'`;
    const [, member = '', code = ''] = /^(matches|action): (.*)$/s.exec(body) ?? [];
    const whole =
      member === 'matches'
        ? `matches: (cookie, context) => ${only} && (${code})(cookie, context), action: () => {}`
        : `matches: (cookie) => ${only}, action: ${code}`;
    return `export const r${n} = defineRule({ id: 'bad${n}', priority: 0, ${whole} });`;
  });
  const loaders = LOADERS.map(
    ([, body], n) =>
      `export const l${n} = defineLoader({ id: 'bad${n}', canEnrich: () => false, load: () => (${body}) });`,
  );
  const files = {
    'bad.rule.ts': `import { defineRule, notify } from 'cookie-monster';\n${bad.join('\n')}`,
    'bad.loader.ts': `import { defineLoader } from 'cookie-monster';\n${loaders.join('\n')}`,
    'good.rule.ts': ruleSource('good'),
  };
  ground = await evaluation(files, { limits: { ruleTimeoutMs: 5000, loaderTimeoutMs: 5000 } });
});

afterAll(async () => {
  await ground[Symbol.asyncDispose]();
});

describe('a rule', () => {
  it.each(RULES.map(([what, , message], n) => [what, n, message] as const))(
    'with %s counts as thrown, and the next rule runs',
    async (_what, n, message) => {
      const judgement = await ground.judge(cookieWith(`/${n}`));
      expect(judgement.problems).toEqual([
        { kind: 'rule', id: `bad${n}`, file: 'bad.rule.ts', message: expect.stringMatching(message) },
      ]);
      expect(judgement.problems[0]?.message.length).toBeLessThan(2200);
      expect(judgement.applied).toEqual([{ rule: 'good', terminate: false }]);
    },
  );
});

describe('a loader', () => {
  it.each(LOADERS.map(([what, , message], n) => [what, n, message] as const))(
    'that brings %s fails, with the reason',
    async (_what, n, message) => {
      const request = { rulebook: ground.hash, loader: `bad${n}`, cookie: cookieWith('/a'), timestamp: AT };
      await expect(ground.evaluator.load(request)).rejects.toThrow(message);
    },
  );
});

function data(what: string, code: string, message: RegExp): [string, string, RegExp][] {
  return [[`a notification with ${what} as data`, `action: () => ${NOTE(`notify('x', { data: ${code} })`)}`, message]];
}
