import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { pino } from 'pino';
import { type RunningApi, type ServeOptions, startApi } from '../../api/serve.ts';
import { SECURITY_HEADERS } from '../../api/security-headers.ts';
import { apiToken } from './api-token.ts';
import { send, sendBytes } from './raw-request.ts';
import { untouchedBut } from './untouched.ts';

const open: RunningApi[] = [];

afterEach(async () => {
  for (const api of open.splice(0)) await api.close();
});

async function start(options: ServeOptions = {}): Promise<string> {
  const api = await startApi(untouchedBut({}), { port: 0, ...options });
  open.push(api);
  return api.url;
}

/** Asks until the answer is another one. */
async function lastOf(tries: number, ask: () => ReturnType<typeof send>, while_: number) {
  for (let left = tries; ; left--) {
    const response = await ask();
    if (response.status !== while_ || left === 0) return response;
  }
}

describe('a client that asks too often', () => {
  it('is told so, and when to ask again; everybody may always ask whether the process lives', async () => {
    const url = await start({ maxRequestsPerSecond: 0.01 });
    expect(await send(url, { path: '/' })).toMatchObject({ status: 200 });
    const refused = await send(url, { path: '/' });
    expect(refused).toMatchObject({ status: 429, body: { title: 'Too Many Requests', status: 429 } });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(50);
    expect(await send(url, { path: '/healthz' })).toMatchObject({ status: 200 });
  });

  it('is told so also where its URLs cannot be read', async () => {
    const url = await start({ maxRequestsPerSecond: 0.01 });
    const statuses = [await send(url, { path: '/cookiejar/%zz' }), await send(url, { path: '/cookiejar/%zz' })];
    expect(statuses.map(({ status }) => status)).toEqual([400, 429]);
  });

  it('does not keep others with another token from asking', async () => {
    const tokens = [apiToken('a-token-of-the-tests'), apiToken('b-token-of-the-tests', 'b', 'read')];
    const url = await start({ maxRequestsPerSecond: 0.01, tokens });
    const ask = async (name: string) =>
      send(url, { path: '/', headers: { authorization: `Bearer ${name}-token-of-the-tests` } });
    expect([(await ask('a')).status, (await ask('a')).status, (await ask('b')).status]).toEqual([200, 429, 200]);
  });

  it('is limited without a valid token too, but shuts out none who has one', async () => {
    const lines: Record<string, unknown>[] = [];
    const logger = pino({ level: 'warn' }, { write: (line) => void lines.push(JSON.parse(line)) });
    const url = await start({ tokens: [apiToken('a-token-of-the-tests')], logger });
    const guess = async () => send(url, { path: '/', headers: { authorization: 'Bearer a-guess-at-the-token' } });
    expect(await lastOf(1000, guess, 401)).toMatchObject({ status: 429, headers: { 'retry-after': '1' } });
    const headers = { authorization: 'Bearer a-token-of-the-tests' };
    expect(await send(url, { path: '/', headers })).toMatchObject({ status: 200 });
    expect(lines).toMatchObject([{ address: '127.0.0.1', reason: 'an unknown token' }]);
    expect(JSON.stringify(lines)).not.toContain('a-guess');
  });

  it('may ask as often as it likes where no limit is set', async () => {
    const url = await start();
    const answers = await Promise.all(Array.from({ length: 50 }, async () => send(url, { path: '/' })));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  });
});

describe('a client that dawdles', () => {
  it('is cut off when it does not send its headers in time', async () => {
    const url = new URL(await start({ headersTimeoutMs: 100 }));
    const socket = connect(Number(url.port), url.hostname);
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ');
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n[^]*nosniff/);
  });
});

describe('a request that asks for more than there is', () => {
  it.each([
    ['a URL', `GET /cookiejar/${'x'.repeat(40_000)} HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n\r\n`, 431],
    ['a host', 'GET / HTTP/1.1\r\nAccept: */*\r\n\r\n', 400],
    ['two lengths', 'POST /cookiejar HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n', 400],
    [
      'a length and chunks',
      'POST /cookiejar HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
  ])('is refused for %s', async (_, bytes, status) => {
    expect(await sendBytes(await start(), bytes)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  });
});

describe('a request that others may read otherwise', () => {
  const REST = 'Accept: */*\r\nConnection: close\r\n\r\n';

  it.each([
    ['no host', 'GET / HTTP/1.1\r\n', 400, /header host/],
    ['two hosts', 'GET / HTTP/1.1\r\nHost: localhost\r\nhost: localhost\r\n', 400, /header host/],
    [
      'two tokens',
      'GET / HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer a\r\nAuthorization: Bearer b\r\n',
      400,
      /header authorization/,
    ],
    [
      'two types',
      'DELETE /cookiejar/a HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Type: application/json\r\n',
      400,
      /header content-type/,
    ],
    ["another host's URL", 'GET http://attacker.example/ HTTP/1.1\r\nHost: localhost\r\n', 400, /one host/],
    [
      'chunks that are compressed',
      'POST /cookiejar HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip, chunked\r\n',
      400,
      /transfer-encoding/,
    ],
    ['an unknown expectation', 'GET / HTTP/1.1\r\nHost: localhost\r\nExpect: a miracle\r\n', 417, /expect/],
    ['a tunnel', 'CONNECT localhost:80 HTTP/1.1\r\nHost: localhost:80\r\n', 501, /no proxy/],
  ])('is refused, with the reason: %s', async (_, head, status, detail) => {
    const answer = await sendBytes(await start(), `${head}${REST}`);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    const problem: unknown = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')));
    expect(problem).toMatchObject({ type: 'about:blank', status, detail: expect.stringMatching(detail) });
  });

  it('is taken where it can be read in one way only', async () => {
    const url = await start();
    for (const target of ['/', 'http://LOCALHOST:5000/']) {
      const head = `GET ${target} HTTP/1.1\r\nHost: localhost:5000\r\nExpect: 100-continue\r\n`;
      expect(await sendBytes(url, `${head}${REST}`)).toMatch(/HTTP\/1\.1 200 /);
    }
  });
});

describe('a body that is said to be something else', () => {
  const ask = { method: 'POST', path: '/queue/reprocess', body: '{"path":"/a"}' };

  it.each([
    [{ 'content-type': 'application/json; charset=utf-16' }],
    [{ 'content-type': 'application/json; charset="iso-8859-1"' }],
    [{ 'content-type': 'application/json;charset=utf-7' }],
    [{ 'content-type': 'application/json; charset=utf-8; charset=utf-16' }],
    [{ 'content-encoding': 'gzip' }],
    [{ 'content-encoding': 'br' }],
    [{ 'content-type': 'text/plain' }],
    [{ 'content-type': 'text/plain;application/json' }],
    [{ 'content-type': 'text/json' }],
    [{ 'content-type': 'multipart/form-data' }],
    [{ 'content-type': 'application/jsonp' }],
  ])('is refused with 415: %p', async (headers) => {
    expect(await send(await start(), { ...ask, headers })).toMatchObject({
      status: 415,
      body: { detail: 'bodies are taken as application/json only, in UTF-8 and not compressed' },
    });
  });

  it.each([
    [{ 'content-type': 'application/json; charset=utf-8' }],
    [{ 'content-type': 'Application/JSON;charset="UTF-8"' }],
    [{ 'content-encoding': 'identity' }],
  ])('is taken where it is none: %p', async (headers) => {
    const api = await startApi(untouchedBut({ wake: async () => {} }), { port: 0 });
    open.push(api);
    expect(await send(api.url, { ...ask, headers })).toMatchObject({ status: 200 });
  });
});

describe('every answer', () => {
  const headers = expect.objectContaining(SECURITY_HEADERS);

  it.each([
    ['GET', '/', {}, 200],
    ['GET', '/healthz', {}, 200],
    ['OPTIONS', '/queue', {}, 204],
    ['GET', '/rules', {}, 500],
    ['GET', '/nowhere', {}, 404],
    ['PUT', '/queue', {}, 405],
    ['GET', '/', { accept: 'text/html' }, 406],
    ['GET', '/', { host: 'attacker.example' }, 421],
    ['GET', '/cookiejar/%zz', {}, 400],
    ['POST', '/cookiejar', { 'content-type': 'text/plain' }, 415],
  ])('tells browsers to be careful: %s %s %p', async (method, path, sent, status) => {
    const body = method === 'POST' ? 'x' : undefined;
    const response = await send(await start(), { method, path, body, headers: sent });
    expect(response).toMatchObject({ status, headers });
  });

  it('tells browsers to be careful where it is to no HTTP at all', async () => {
    const answer = await sendBytes(await start(), 'what is this?\r\n\r\n');
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) expect(answer).toContain(`\r\n${name}: ${value}\r\n`);
  });

  it('does not say what serves it', async () => {
    const { headers: answered } = await send(await start(), { path: '/' });
    expect(Object.keys(answered)).not.toEqual(expect.arrayContaining(['server', 'x-powered-by']));
  });
});
