import { gzipSync } from 'node:zlib';
import { send, sendBytes } from '../api/raw-request.ts';
import { ruleSource } from '../support/rules-folder.ts';
import { startTestSystem, type TestSystem } from '../support/system.ts';

let system: TestSystem;

beforeAll(async () => {
  system = await startTestSystem({ rules: { 'good.rule.ts': ruleSource('good') } });
});

afterEach(async () => {
  expect((await send(system.api.url, { path: '/healthz' })).status).toBe(200);
});

afterAll(async () => {
  // After all of that a good cookie is taken and settled.
  const enrichments = [{ source: 's', metadata: { good: true } }];
  const pushed = await send(system.api.url, {
    method: 'POST',
    path: '/cookiejar',
    body: { identifier: '/good', enrichments },
  });
  expect(pushed).toMatchObject({ status: 200, body: { cookies: [{ woken: true }] } });
  await system.settled();
  expect(await system.applied('/good')).toMatchObject([{ rule_id: 'good' }]);
  expect(system.logged.filter(({ msg }) => msg === 'a request failed')).toEqual([]);
  await system[Symbol.asyncDispose]();
});

async function expectProblem(path: string, status: number, detail: RegExp, more: object = {}): Promise<void> {
  const response = await send(system.api.url, { path, ...more });
  expect(response).toMatchObject({
    status,
    headers: { 'content-type': expect.stringMatching(/^application\/problem\+json/) },
    body: { type: 'about:blank', status, detail: expect.stringMatching(detail) },
  });
  expect(JSON.stringify(response.body).length).toBeLessThan(70_000);
}

const enrichment = (text: string): string => `{"identifier":"/a","enrichments":[${text}]}`;
const metadata = (text: string): string => enrichment(`{"source":"s","metadata":${text}}`);
const nested = (open: string, close: string, depth: number): string => open.repeat(depth) + close.repeat(depth);

describe('a body that cannot be taken', () => {
  it.each<[string, string, RegExp]>([
    ['cut off', '{"identifier":"/a","enrich', /the body is not JSON/],
    ['with a trailing comma', '{"identifier":"/a","enrichments":[],}', /not JSON/],
    ['in single quotes', `{'identifier':'/a'}`, /not JSON/],
    ['with a comment', '{} // none', /not JSON/],
    ['of white space', ' \n ', /not JSON/],
    ['of NaN', '{"identifier":NaN}', /not JSON/],
    ['with a line break in a text', '{"identifier":"/a\nb"}', /not JSON/],
    ['with a NUL', '{"identifier":"/a\0b"}', /not JSON/],
    ['of two values', '{}{}', /not JSON/],
    ['with a byte order mark and nothing else', '\uFEFF', /not JSON/],
    [
      'with a key given twice',
      `{"identifier":"/a","identifier":"/b","enrichments":[]}`,
      /key "identifier" more than once/,
    ],
    [
      'with a key given twice by an escape',
      String.raw`{"identifier":"/a","\u0069dentifier":"/b"}`,
      /"identifier" more than once/,
    ],
    ['with a key given twice deep inside', metadata('{"a":[{"b":1,"c":{},"b":2}]}'), /key "b" more than once/],
    ['with half a surrogate pair', String.raw`{"identifier":"/\ud83d"}`, /body\.identifier: .*half a surrogate pair/],
    ['with half a surrogate pair in a key', metadata(String.raw`{"\udc00":1}`), /metadata: .*half a surrogate pair/],
    ['with a key named __proto__', metadata('{"__proto__":1}'), /metadata: .*__proto__, which is refused/],
    ['with __proto__ by an escape', metadata(String.raw`{"\u005f_proto__":1}`), /__proto__, which is refused/],
    ['with a number beyond all', metadata('{"a":1e400}'), /metadata\.a: .*too large/],
    ['with a negative number beyond all', metadata('{"a":[-1e999]}'), /metadata\.a\[0\]: .*too large/],
    ['of arrays 1,000,000 deep', nested('[', ']', 1_000_000), /lies deeper than 104 levels/],
    ['of objects 500,000 deep', `${'{"a":'.repeat(500_000)}1${'}'.repeat(500_000)}`, /lies deeper than 104 levels/],
    ['with metadata 101 deep', metadata(`{"a":${nested('[', ']', 101)}}`), /deeper than 100 levels/],
    ['of 1,000,000 numbers', `[${'0,'.repeat(1_000_000)}0]`, /body\[0\]: /],
    ['of 500,000 empty objects', `[${'{},'.repeat(500_000)}{}]`, /body\[0\]\.identifier/],
    [
      'of 100,000 unknown keys',
      `{${Array.from({ length: 100_000 }, (_, n) => `"k${n}":1`).join()}}`,
      /Unrecognized keys/,
    ],
    ['of 1,000,000 enrichments that are none', enrichment('0,'.repeat(1_000_000) + '0'), /enrichments\[0\]: /],
    ['with a key of 5 MB', `{"${'k'.repeat(5e6)}":1}`, /Unrecognized key|identifier/],
    [
      'with metadata of 600,000 numbers',
      metadata(`{"a":[${'0,'.repeat(600_000)}0]}`),
      /metadata has \d+ bytes of JSON; allowed are/,
    ],
    [
      'with metadata of 1,048,577 bytes',
      metadata(`{"a":"${'x'.repeat(1_048_577 - 8)}"}`),
      /metadata has 1048577 bytes of JSON; allowed are 1048576/,
    ],
    ['of a bare text', '"/a"', /must be an object \{"identifier", "enrichments"\} or a list/],
    ['of true', 'true', /must be an object/],
    [
      'with an identifier that is a list',
      '{"identifier":["/a"],"enrichments":[{"source":"s","metadata":{}}]}',
      /body\.identifier: .*expected string/,
    ],
    [
      'with an identifier that is an object',
      '{"identifier":{},"enrichments":[{"source":"s","metadata":{}}]}',
      /body\.identifier/,
    ],
    [
      'with enrichments that are an object',
      '{"identifier":"/a","enrichments":{}}',
      /body\.enrichments: .*expected array/,
    ],
    ['with an enrichment that is null', enrichment('null'), /enrichments\[0\]: .*expected object/],
    [
      'with a source that is a number',
      enrichment('{"source":5,"metadata":{}}'),
      /enrichments\[0\]\.source: .*expected string/,
    ],
    [
      'with a source of 10 KB',
      enrichment(`{"source":"${'s'.repeat(10_240)}","metadata":{}}`),
      /source must be .*at most 1024 bytes/,
    ],
    ['without metadata', enrichment('{"source":"s"}'), /enrichments\[0\]\.metadata: must be a JSON object/],
    ['with metadata that are a text', metadata('"x"'), /must be a JSON object/],
    [
      'with a member nobody knows',
      '{"identifier":"/a","enrichments":[{"source":"s","metadata":{}}],"x":1}',
      /Unrecognized key: "x"/,
    ],
  ])('%s is refused', async (_what, body, detail) => {
    await expectProblem('/cookiejar', 400, detail, { method: 'POST', body });
  });

  it.each<[string, RegExp]>([
    ['1767592800000', /expected string/],
    ['null', /expected string/],
    ['""', /not an ISO-8601 instant/],
    ['"now"', /not an ISO-8601 instant/],
    ['"2026-01-05"', /not an ISO-8601 instant/],
    ['"2026-01-05T06:00:00"', /no zone/],
    ['"2026-02-30T06:00:00Z"', /that day does not exist/],
    ['"2025-02-29T06:00:00Z"', /that day does not exist/],
    ['"2026-13-01T06:00:00Z"', /that day does not exist/],
    ['"2026-00-10T06:00:00Z"', /that day does not exist/],
    ['"2026-01-05T24:00:00Z"', /that time of day does not exist/],
    ['"2026-01-05T06:60:00Z"', /that time of day does not exist/],
    ['"2016-12-31T23:59:60Z"', /that time of day does not exist/],
    ['"2026-01-05T06:00:00+99:99"', /that zone does not exist/],
    ['"2026-01-05T06:00:00+24:00"', /that zone does not exist/],
    ['"0000-01-01T00:00:00+01:00"', /year in UTC is not between 0000 and 9999/],
    ['"9999-12-31T23:59:59-01:00"', /year in UTC/],
    ['"+275760-09-13T00:00:00Z"', /not an ISO-8601 instant/],
    ['"-000001-01-01T00:00:00Z"', /not an ISO-8601 instant/],
    ['"2026-01-05T06:00:00Z\\u0000"', /not an ISO-8601 instant/],
    ['"٢٠٢٦-٠١-٠٥T06:00:00Z"', /not an ISO-8601 instant/],
    [`"${'9'.repeat(100_000)}"`, /not an ISO-8601 instant/],
  ])('with the time stamp %.40s is refused', async (timestamp, detail) => {
    const body = enrichment(`{"source":"s","metadata":{},"timestamp":${timestamp}}`);
    await expectProblem('/cookiejar', 400, detail, { method: 'POST', body });
  });

  it.each<[string, string, RegExp]>([
    ['/queue/reprocess', '{"path":"/a","path":"/b"}', /"path" more than once/],
    ['/queue/reprocess', '{"path":"/a","identifier":"/a"}', /either the member/],
    ['/queue/reprocess', '{"path":{}}', /body\.path/],
    ['/queue/reprocess', '{"path":true}', /body\.path/],
    ['/queue/reprocess', '[[]]', /must be an object/],
    ['/queue/reprocess', `{"path":"${'ü'.repeat(2049)}"}`, /4098 bytes/],
    ['/notifications/redeliver', '{}', /body/],
    ['/notifications/redeliver', '{"id":""}', /must be|id/],
    ['/notifications/redeliver', '{"id":5}', /must be|id/],
    ['/notifications/redeliver', '{"status":"alive"}', /must be|status/],
    ['/notifications/redeliver', '[]', /must be/],
    ['/schedules/None/pause', '{"note":5}', /body\.note/],
    ['/schedules/None/pause', '{"note":""}', /body\.note/],
    ['/schedules/None/pause', `{"note":"${'x'.repeat(1001)}"}`, /body\.note/],
    ['/schedules/None/pause', '{"why":"x"}', /why/],
    ['/schedules/None/resume', '[]', /body/],
    ['/schedules/None/trigger', '{"now":true}', /now/],
    ['/schedules/None/trigger', '"now"', /body/],
  ])('is refused at %s: %.60s', async (path, body, detail) => {
    await expectProblem(path, 400, detail, { method: 'POST', body });
  });

  it.each<[string, Record<string, string>, string]>([
    ['as a form', { 'content-type': 'application/x-www-form-urlencoded' }, 'identifier=/a'],
    ['as text', { 'content-type': 'text/plain' }, '{}'],
    ['as JSON lines', { 'content-type': 'application/x-ndjson' }, '{}'],
    ['as parts', { 'content-type': 'multipart/form-data; boundary=x' }, '--x--'],
    ['of a type that is none', { 'content-type': 'json' }, '{}'],
  ])('%s is refused', async (_what, headers, body) => {
    await expectProblem('/cookiejar', 415, /application\/json only/, { method: 'POST', body, headers });
  });
});

describe('a parameter that makes no sense', () => {
  it.each<[string, number, RegExp]>([
    ['/notifications?status=dead&limit=0', 400, /from 1 to 1000/],
    ['/notifications?status=dead&limit=-1', 400, /from 1 to 1000/],
    ['/notifications?status=dead&limit=1e9', 400, /from 1 to 1000/],
    ['/notifications?status=dead&limit=abc', 400, /from 1 to 1000/],
    ['/notifications?status=dead&limit=', 400, /from 1 to 1000/],
    ['/notifications?status=dead&limit=5&limit=6', 400, /query\.limit/],
    ['/notifications?status=dead&limit=1.5', 400, /from 1 to 1000/],
    ['/notifications?status=dead&limit=%D9%A5', 400, /from 1 to 1000/],
    ['/notifications?status=dead&status=dead', 400, /query\.status/],
    ['/notifications?status[]=dead', 400, /status/],
    ['/notifications?status=dead&after=', 400, /query\.after/],
    ['/notifications?status=dead&__proto__=x', 400, /__proto__|query/],
    ['/notifications?status=dead&constructor=x', 400, /constructor/],
    ['/retrievals?limit=99999', 400, /from 1 to 1000/],
    ['/retrievals?limit=%00', 400, /from 1 to 1000/],
    ['/retrievals?since=x', 400, /since/],
    ['/similar', 400, /query\.identifier/],
    ['/similar?identifier=', 400, /empty/],
    ['/similar?identifier=a&threshold=101', 400, /from 0 to 100/],
    ['/similar?identifier=a&threshold=-1', 400, /from 0 to 100/],
    ['/similar?identifier=a&threshold=NaN', 400, /from 0 to 100/],
    ['/similar?identifier=a&threshold=1e1', 400, /from 0 to 100/],
    ['/similar?identifier=a&limit=0', 400, /from 1 to/],
    ['/similar/families?members=0', 400, /from 1 to 100/],
    ['/similar/families?members=101', 400, /from 1 to 100/],
    ['/similar/families?limit=x', 400, /from 1 to/],
    ['/cookiejar?identifier=a&identifier=b', 400, /query\.identifier/],
    ['/cookiejar?identifier=%', 400, /not percent-encoded UTF-8/],
    ['/cookiejar?identifier=%C3%28', 400, /not percent-encoded UTF-8/],
    ['/cookiejar?identifier=%ED%A0%80', 400, /not percent-encoded UTF-8/],
    ['/cookiejar?identifier=%C0%AF', 400, /not percent-encoded UTF-8/],
    ['/cookiejar/%E0%A4%A', 400, /not a valid url/],
    ['/cookiejar/%ED%A0%80', 400, /not a valid url/],
    ['/cookiejar/%u0041', 400, /not a valid url/],
    ['/cookiejar/nobody', 404, /no cookie "nobody"/],
    ['/schedules/%00', 404, /no Schedule/],
    ['/schedules/__proto__', 404, /no Schedule "__proto__"/],
    ['/schedules/..%2F..', 404, /no Schedule/],
    [`/schedules/${'x'.repeat(1000)}`, 404, /no Schedule/],
    [`/schedules/${'x'.repeat(1001)}`, 414, /schedules/],
    ['/../../etc/passwd', 404, /there is nothing at/],
    ['/queue%2Fstatus', 404, /there is nothing at/],
    ['/constructor', 404, /there is nothing at/],
  ])('is refused: %.70s', async (path, status, detail) => {
    await expectProblem(path, status, detail);
  });
});

describe('what is hardly HTTP', () => {
  const head = 'Host: localhost\r\nAccept: application/json\r\nContent-Type: application/json\r\nConnection: close\r\n';
  const post = (more: string, body = ''): string => `POST /queue/reprocess HTTP/1.1\r\n${head}${more}\r\n${body}`;
  it.each<[string, string, RegExp]>([
    [
      'a chunk whose length is no number',
      post('Transfer-Encoding: chunked\r\n', 'zz\r\n{}\r\n0\r\n\r\n'),
      /^HTTP\/1.1 400 /,
    ],
    [
      'a chunk that is longer than it says',
      post('Transfer-Encoding: chunked\r\n', '1\r\n"/a"\r\n0\r\n\r\n'),
      /^HTTP\/1.1 400 /,
    ],
    ['a chunk of 2^64 bytes', post('Transfer-Encoding: chunked\r\n', 'ffffffffffffffffff\r\n'), /^HTTP\/1.1 400 /],
    ['two lengths', post('Content-Length: 4\r\nContent-Length: 5\r\n', '"/a"'), /^HTTP\/1.1 400 /],
    [
      'a length and chunks',
      post('Content-Length: 4\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n'),
      /^HTTP\/1.1 400 /,
    ],
    ['a negative length', post('Content-Length: -4\r\n', '"/a"'), /^HTTP\/1.1 400 /],
    ['a length that is no number', post('Content-Length: four\r\n', '"/a"'), /^HTTP\/1.1 400 /],
    ['a length beyond all', post(`Content-Length: ${'9'.repeat(40)}\r\n`), /^HTTP\/1.1 400 /],
    ['a length far too large', post('Content-Length: 99999999999\r\n'), /^HTTP\/1.1 413 /],
    ['a length shorter than the body', post('Content-Length: 2\r\n', '"/a"'), /^HTTP\/1.1 400 /],
    ['a header without a colon', post('what\r\n'), /^HTTP\/1.1 400 /],
    ['a NUL in a header', post('X: a\0b\r\n'), /^HTTP\/1.1 400 /],
    ['a method nobody knows', `BREW / HTTP/1.1\r\n${head}\r\n`, /^HTTP\/1.1 400 /],
    ['a version nobody knows', `GET / HTTP/9.9\r\n${head}\r\n`, /^HTTP\/1.1 (400|505) /],
    ['no version', `GET /\r\n\r\n`, /^HTTP\/1.1 40[06] /],
    ['spaces in its path', `GET /cookiejar/a b HTTP/1.1\r\n${head}\r\n`, /^HTTP\/1.1 400 /],
    ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', /^HTTP\/1.1 400 /],
    [
      'raw bytes that are no UTF-8 in its path',
      `GET /cookiejar/\xff\xfe HTTP/1.1\r\n${head}\r\n`,
      /^HTTP\/1.1 (400|404) /,
    ],
    [
      'raw bytes that are no UTF-8 in its body',
      post('Content-Length: 6\r\n', '"/\xc3\x28a"'),
      /^HTTP\/1.1 400 .*not UTF-8/s,
    ],
  ])('is refused: %s', async (_what, bytes, answer) => {
    expect(await sendBytes(system.api.url, bytes)).toMatch(answer);
  });

  it('is refused: a body in gzip', async () => {
    const body = gzipSync('"/a"').toString('latin1');
    const bytes = post(`Content-Encoding: gzip\r\nContent-Length: ${body.length}\r\n`, body);
    expect(await sendBytes(system.api.url, bytes)).toMatch(/^HTTP\/1.1 (400|415) .*(not JSON|not compressed)/s);
  });

  it('is refused: a body larger than the limit, also without a length', async () => {
    const chunk = `100000\r\n${' '.repeat(0x100000)}\r\n`;
    const bytes = post('Transfer-Encoding: chunked\r\n', chunk.repeat(12) + '0\r\n\r\n');
    expect(await sendBytes(system.api.url, bytes).catch(() => 'HTTP/1.1 413 ')).toMatch(/^HTTP\/1.1 413 /);
  });
});

it('takes a list that names one cookie twenty thousand times, and stores each of its enrichments once', async () => {
  const one = { identifier: '/many', enrichments: [{ source: 's', timestamp: '2026-01-05T06:00:00Z', metadata: {} }] };
  const body = Array.from({ length: 20_000 }, () => one);
  const answer = await send(system.api.url, { method: 'POST', path: '/cookiejar', body });
  expect(answer).toMatchObject({ status: 200, body: { cookies: [{ identifier: '/many', new: [{ source: 's' }] }] } });
});
