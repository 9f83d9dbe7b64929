import { type RunningApi, startApi } from '../../api/serve.ts';
import { type RawRequest, send, sendBytes } from './raw-request.ts';
import { untouchedBut } from './untouched.ts';

const GOOD_PUSH = { identifier: '/a', enrichments: [{ source: 's', metadata: {} }] };

describe('a request that cannot be served', () => {
  let api: RunningApi;

  beforeAll(async () => {
    api = await startApi(untouchedBut({}), { port: 0, bodyLimit: 8192 });
  });

  afterAll(async () => {
    await api.close();
  });

  async function expectProblem(request: RawRequest, status: number, detail?: string | RegExp): Promise<void> {
    const response = await send(api.url, request);
    expect(response).toMatchObject({
      status,
      headers: { 'content-type': expect.stringMatching(/^application\/problem\+json/) },
      body: {
        type: 'about:blank',
        title: expect.stringMatching(/./),
        status,
        detail: detail === undefined ? expect.any(String) : expect.stringMatching(detail),
        instance: request.path,
      },
    });
  }

  it.each([
    ['GET', '/', undefined],
    ['GET', '/queue', undefined],
    ['GET', '/healthz', 'text/html'],
    ['GET', '/readyz', ''],
    ['GET', '/cookiejar/a', 'application/json;q=0, */*'],
    ['GET', '/cookiejar/%zz', undefined],
    ['DELETE', '/cookiejar/a', undefined],
    ['OPTIONS', '/queue', undefined],
    ['PUT', '/queue', undefined],
    ['GET', '/nowhere', undefined],
  ])('is refused with 406 whatever it asks: %s %s with Accept %p', async (method, path, accept) => {
    await expectProblem({ method, path, headers: { accept } }, 406, 'Accept');
  });

  it('is refused with 406 before its body is looked at', async () => {
    const headers = { accept: 'text/plain', 'content-type': 'text/plain' };
    await expectProblem({ method: 'POST', path: '/cookiejar', body: 'text', headers }, 406);
  });

  it.each([
    ['GET', '/nowhere'],
    ['GET', '/queue/'],
    ['GET', '/Queue'],
    ['GET', '/cookiejars'],
    ['BREW', '/coffee'],
    ['GET', '//queue'],
  ])('finds nothing at %s %s', async (method, path) => {
    if (method === 'BREW') {
      expect(await sendBytes(api.url, 'BREW /coffee HTTP/1.1\r\n\r\n')).toMatch(/^HTTP\/1.1 400 /);
      return;
    }
    await expectProblem({ method, path }, 404, 'GET / tells');
  });

  it('finds nothing at an unknown path before it looks at the body', async () => {
    const headers = { 'content-type': 'text/plain' };
    await expectProblem({ method: 'POST', path: '/nowhere', body: '{', headers }, 404);
  });

  it.each([
    ['PUT', '/queue', 'GET, HEAD, OPTIONS'],
    ['GET', '/queue/reprocess', 'POST, OPTIONS'],
    ['PATCH', '/cookiejar', 'GET, HEAD, DELETE, POST, OPTIONS'],
    ['POST', '/cookiejar/a', 'GET, HEAD, DELETE, OPTIONS'],
    ['PROPFIND', '/healthz', 'GET, HEAD, OPTIONS'],
  ])('is told with 405 which methods there are: %s %s', async (method, path, allow) => {
    const response = await send(api.url, { method, path });
    expect(response).toMatchObject({ status: 405, headers: { allow }, body: { status: 405 } });
  });

  it('is told by OPTIONS which methods there are', async () => {
    const response = await send(api.url, { method: 'OPTIONS', path: '/queue/reprocess' });
    expect(response).toMatchObject({ status: 204, headers: { allow: 'POST, OPTIONS' }, body: '' });
  });

  it.each([['text/plain'], ['application/x-www-form-urlencoded'], ['application/json-patch+json'], ['application']])(
    'brings a body of another type: %s',
    async (type) => {
      const headers = { 'content-type': type };
      await expectProblem({ method: 'POST', path: '/queue/reprocess', body: '"/a"', headers }, 415, 'application/json');
    },
  );

  it('brings a body without saying its type', async () => {
    const headers = { 'content-type': undefined };
    await expectProblem({ method: 'POST', path: '/queue/reprocess', body: '"/a"', headers }, 415);
  });

  it('brings too large a body', async () => {
    const body = { path: 'x'.repeat(9000) };
    await expectProblem({ method: 'POST', path: '/queue/reprocess', body }, 413);
  });

  it.each([
    ['nothing', undefined, /must be an object {"path": p}/],
    ['nothing but a type', '', /must be an object {"path": p}/],
    ['broken JSON', '{"path"', /not JSON/],
    ['an object without either member', { file: '/a' }, /either the member "path" or the member "identifier"/],
    ['both members', { path: '/a', identifier: '/a' }, /either the member "path" or the member "identifier"/],
    ['an empty path', { path: '' }, /body\.path: .*it is empty/],
    ['an empty text', '""', /body: .*it is empty/],
    ['a number for a path', { path: 5 }, /body\.path: .*expected string/],
    ['null for a path', { path: null }, /body\.path: .*expected string/],
    ['a number', '5', /must be an object/],
    ['null', 'null', /must be an object/],
    ['a list', '["/a"]', /must be an object/],
    ['too long a path', { path: 'ä'.repeat(2049 - 1000) + 'x'.repeat(2000) }, /4098 bytes/],
    ['half a surrogate pair', String.raw`{"path":"\ud83d"}`, /not well-formed/],
    ['a key named __proto__', '{"path":"/a","__proto__":{"b":1}}', /__proto__/],
  ])('asks to reprocess with %s', async (_name, body, reason) => {
    const headers = body === undefined ? {} : { 'content-type': 'application/json' };
    await expectProblem({ method: 'POST', path: '/queue/reprocess', body, headers }, 400, reason);
  });

  const good = GOOD_PUSH.enrichments;
  it.each([
    ['nothing', 'null', /must be an object {"identifier", "enrichments"}/],
    ['no identifier', { enrichments: good }, /body\.identifier/],
    ['an empty identifier', [GOOD_PUSH, { identifier: '', enrichments: good }], /body\[1\]\.identifier: .*empty/],
    ['no enrichments', { identifier: '/a' }, /body\.enrichments/],
    ['an empty list of enrichments', { identifier: '/a', enrichments: [] }, /body\.enrichments: must not be empty/],
    ['an unknown member', { ...GOOD_PUSH, extra: 1 }, /body: .*"extra"/],
    ['a misspelt member', { identifier: '/a', enrichments: [{ ...good[0], time: 'x' }] }, /enrichments\[0\]: .*"time"/],
    ['an empty source', { identifier: '/a', enrichments: [{ source: '', metadata: {} }] }, /enrichments\[0\]\.source/],
    ['the source of processing itself', push({ source: 'rule_application' }), /source: must not be rule_application/],
    ['metadata that is a list', push({ metadata: [] }), /metadata: must be a JSON object/],
    ['metadata that is null', push({ metadata: null }), /metadata: must be a JSON object/],
    ['a time without a zone', push({ timestamp: '2026-01-05T06:00:00' }), /timestamp: .*no zone/],
    ['a day that does not exist', push({ timestamp: '2026-02-30T06:00:00Z' }), /timestamp: .*does not exist/],
    ['a time that is a number', push({ timestamp: 1767592800000 }), /timestamp: .*expected string/],
    [
      'a key named __proto__',
      '{"identifier":"/a","enrichments":[{"source":"s","metadata":{"x":{"__proto__":1}}}]}',
      /body\.enrichments\[0\]\.metadata\.x: .*__proto__/,
    ],
  ])('pushes %s', async (_name, body, reason) => {
    await expectProblem({ method: 'POST', path: '/cookiejar', body }, 400, reason);
  });

  it('is told all of its faults at once, each with its place', async () => {
    const bad = { identifier: 7, enrichments: [{ source: 's', timestamp: 'today', metadata: 'x' }, { source: '' }] };
    const response = await send(api.url, { method: 'POST', path: '/cookiejar', body: [GOOD_PUSH, bad] });
    expect(response.body).toMatchObject({
      errors: expect.arrayContaining([
        { place: 'body[1].identifier', reason: expect.any(String) },
        { place: 'body[1].enrichments[0].metadata', reason: expect.any(String) },
        { place: 'body[1].enrichments[1].metadata', reason: expect.any(String) },
      ]),
    });
  });

  it.each([
    ['/cookiejar', /query\.identifier/],
    ['/cookiejar?identifier=', /query\.identifier: .*empty/],
    ['/cookiejar?identifier=a&identifier=b', /query\.identifier/],
    ['/cookiejar?path=/a', /query\.identifier/],
    ['/cookiejar?identifier=%FF', /not percent-encoded UTF-8/],
    ['/cookiejar/', /path: .*empty/],
    ['/cookiejar/%FF', /not a valid url/],
    ['/cookiejar/%', /not a valid url/],
    ['/cookiejar/a?b', /%3F/],
    ['/cookiejar/a?identifier=b', /%3F/],
    ['/cookiejar/a#b', /%23/],
    ['/cookiejar?identifier=a#b', /%23/],
    [`/cookiejar/${'x'.repeat(4097)}`, /4097 bytes/],
    ['/notifications', /query\.status/],
    ['/notifications?status=alive', /query\.status/],
    ['/notifications?status=dead&limit=0', /query\.limit: must be a whole number from 1 to 1000/],
    ['/notifications?status=dead&limits=5', /limits/],
    ['/retrievals?limit=1e2', /query\.limit/],
  ])('reads at %.60s', async (path, reason) => {
    await expectProblem({ path }, 400, reason);
    if (path.startsWith('/cookiejar')) await expectProblem({ method: 'DELETE', path }, 400, reason);
  });

  it('is told nothing of the inside where the server fails', async () => {
    const response = await send(api.url, { path: '/cookiejar/a' });
    expect(response.status).toBe(500);
    expect(JSON.stringify(response.body)).not.toContain('secret');
  });

  it('is no HTTP', async () => {
    const answer = await sendBytes(api.url, 'what is this?\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1.1 400 Bad Request\r\n/);
    expect(JSON.parse(answer.slice(answer.indexOf('{')))).toMatchObject({ type: 'about:blank', status: 400 });
  });

  it('has more headers than anybody needs', async () => {
    const answer = await sendBytes(api.url, `GET / HTTP/1.1\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1.1 431 /);
    expect(answer).toContain('the URL and the headers are too large together');
  });
});

function push(enrichment: Record<string, unknown>): unknown {
  return { identifier: '/a', enrichments: [{ source: 's', metadata: {}, ...enrichment }] };
}
