import { send } from '../api/raw-request.ts';
import { ruleSource } from '../support/rules-folder.ts';
import { startTestSystem, type TestSystem } from '../support/system.ts';

const ACCENT = '/e\u0301';
const GOOD: readonly (readonly [what: string, identifier: string])[] = [
  ['a NUL', '/a\0b'],
  ['control characters', '/\u0001\u001b[31m\u007f\u0085'],
  ['line breaks', '/a\r\nb\n'],
  ['line separators', '/a\u2028b\u2029'],
  ['right-to-left marks', '/\u202egpj.exe\u202c\u200f'],
  ['zero width characters', '/a\u200b\u200d\ufeffb'],
  ['nothing but a byte order mark', '\ufeff'],
  ['a letter in one piece', ACCENT.normalize('NFC')],
  ['the same letter in two pieces', ACCENT.normalize('NFD')],
  ['many combining characters', `/a${'\u0301'.repeat(500)}`],
  ['an emoji of several', '/👩‍👩‍👧‍👦/🏳️‍🌈'],
  ['characters beyond the first plane', '/\u{10ffff}\u{1f600}'],
  ['characters that are none', '/\uffff\ufdd0'],
  ['a percent sign', '/100%/%41/%zz'],
  ['a hash and a question mark', '/a#b?c=d&e'],
  ['two slashes', '//a//b//'],
  ['dots', '/a/../../etc/./passwd'],
  ['dots alone', '..'],
  ['a slash alone', '/'],
  ['a leading underscore', '_design/x'],
  ['a document of ours', 'rulebook:current'],
  ['the name of a prototype', '__proto__'],
  ['a space alone', ' '],
  ['spaces around', '  a  '],
  ['quotes and backslashes', `/"a"'b'\\c\\u0041`],
  ['a URL', 'http://user:pw@host/?q=1#x'],
  ['markup', '<script>alert(1)</script>'],
  ['a query of Temporal', `x" OR WorkflowType = "processCookie`],
  ['4,096 bytes', `/${'x'.repeat(4095)}`],
  ['4,096 bytes of two each', 'ü'.repeat(2048)],
  ['4,095 bytes of three each', '€'.repeat(1365)],
  ['4,096 bytes of four each', '😀'.repeat(1024)],
  ['4,096 bytes of percent signs', '%'.repeat(4096)],
];

let system: TestSystem;

beforeAll(async () => {
  system = await startTestSystem({ rules: { 'good.rule.ts': ruleSource('good') } });
  const push = (identifier: string) => ({ identifier, enrichments: [{ source: 's', metadata: { identifier } }] });
  const body = GOOD.map(([, identifier]) => push(identifier));
  const pushed = await send(system.api.url, { method: 'POST', path: '/cookiejar', body });
  expect(pushed).toMatchObject({ status: 200, body: { cookies: GOOD.map(([, identifier]) => ({ identifier })) } });
  await system.settled(60_000);
});

afterAll(async () => {
  await system[Symbol.asyncDispose]();
});

describe('an identifier that a cookie may have', () => {
  it.each(GOOD)('goes all the way with %s', async (_what, identifier) => {
    const { url } = system.api;
    const encoded = encodeURIComponent(identifier);
    const cookie = {
      identifier,
      enrichments: [{ source: 's', metadata: { identifier } }, { source: 'rule_application' }],
    };
    expect(await system.applied(identifier)).toMatchObject([{ rule_id: 'good' }]);
    expect(await send(url, { path: `/cookiejar?identifier=${encoded}` })).toMatchObject({ status: 200, body: cookie });
    expect(await send(url, { path: `/cookiejar/${encoded}` })).toMatchObject({ status: 200, body: cookie });
    const found: string[] = [];
    for await (const one of system.store.jar.identifiers(identifier)) found.push(one);
    expect(found).toContain(identifier);
    const gone = await send(url, { method: 'DELETE', path: `/cookiejar/${encoded}` });
    expect(gone).toMatchObject({ status: 200, body: { deleted: identifier } });
    expect(await send(url, { path: `/cookiejar?identifier=${encoded}` })).toMatchObject({ status: 404 });
  });
});

describe('an identifier that no cookie may have', () => {
  it.each<[string, string, RegExp]>([
    ['nothing', '""', /it is empty/],
    ['4,097 bytes', JSON.stringify('x'.repeat(4097)), /it has 4097 bytes/],
    ['4,098 bytes of two each', JSON.stringify('ü'.repeat(2049)), /it has 4098 bytes/],
    ['4,098 bytes of three each', JSON.stringify('€'.repeat(1366)), /it has 4098 bytes/],
    ['4,100 bytes of four each', JSON.stringify('😀'.repeat(1025)), /it has 4100 bytes/],
    ['1 MB', JSON.stringify('x'.repeat(1e6)), /it has 1000000 bytes/],
    ['the first half of a surrogate pair', String.raw`"/\ud83d"`, /half a surrogate pair/],
    ['the second half of a surrogate pair', String.raw`"/\ude00x"`, /half a surrogate pair/],
    ['a surrogate pair the wrong way round', String.raw`"\ude00\ud83d"`, /half a surrogate pair/],
    ['a number', '5', /expected string/],
    ['null', 'null', /expected string/],
  ])('is refused with %s', async (_what, json, detail) => {
    const push = `{"identifier":${json},"enrichments":[{"source":"s","metadata":{}}]}`;
    for (const [path, body] of [
      ['/cookiejar', push],
      ['/queue/reprocess', `{"path":${json}}`],
    ] as const) {
      const answer = await send(system.api.url, { method: 'POST', path, body });
      expect(answer).toMatchObject({ status: 400, body: { detail: expect.stringMatching(detail) } });
    }
  });
});
