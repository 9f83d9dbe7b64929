import fc from 'fast-check';
import { isLoopbackAddress, isLoopbackHost } from '../../api/loopback.ts';
import { refuseOtherSites } from '../../api/host-check.ts';
import { type RunningApi, startApi } from '../../api/serve.ts';
import { apiToken } from './api-token.ts';
import { send, sendBytes } from './raw-request.ts';
import { untouchedBut } from './untouched.ts';

const TOKENS = [apiToken('a-token-of-the-tests')];

describe('an API on loopback', () => {
  let api: RunningApi;

  beforeAll(async () => {
    api = await startApi(untouchedBut({ wake: async () => {} }), {
      port: 0,
      hosts: ['cookies.example.org', 'fe80::1'],
    });
  });

  afterAll(async () => {
    await api.close();
  });

  it.each([
    ['localhost'],
    ['LOCALHOST:5000'],
    ['localhost.:80'],
    ['127.0.0.1'],
    ['127.8.9.10:1'],
    ['[::1]'],
    ['[::1]:5000'],
    ['[0:0:0:0:0:0:0:1]:5000'],
    ['[::ffff:127.0.0.1]'],
    ['Cookies.Example.org:443'],
    ['[fe80::1]:5000'],
  ])('answers to its own name %s', async (host) => {
    expect(await send(api.url, { path: '/', headers: { host } })).toMatchObject({ status: 200 });
  });

  it.each([
    ['attacker.example'],
    ['attacker.example:5000'],
    ['localhost.attacker.example'],
    ['127.0.0.1.attacker.example'],
    ['cookies.example.org.attacker.example'],
    ['127.0.0.1@attacker.example'],
    ['attacker.example/@localhost'],
    ['192.168.1.5'],
    ['0.0.0.0'],
    ['[::]'],
  ])('refuses to be called %p, whatever is asked', async (host) => {
    for (const path of ['/', '/queue', '/nowhere', '/cookiejar/%zz']) {
      expect(await send(api.url, { path, headers: { host } })).toMatchObject({
        status: 421,
        body: { title: 'Misdirected Request', detail: expect.stringMatching(/localhost.*api\.hosts/) },
      });
    }
  });

  it('refuses a request that names no host', async () => {
    for (const head of ['1.0\r\n', '1.0\r\nHost:\r\n', '1.1\r\nHost:\r\nConnection: close\r\n']) {
      expect(await sendBytes(api.url, `GET / HTTP/${head}Accept: */*\r\n\r\n`)).toMatch(/^HTTP\/1\.1 421 /);
    }
  });

  it('tells under any name that it lives: who probes may know its address only', async () => {
    expect(await send(api.url, { path: '/healthz', headers: { host: '10.0.0.7' } })).toMatchObject({ status: 200 });
  });

  const change = { method: 'POST', path: '/queue/reprocess', body: { path: '/a' } };

  it.each([
    [{ origin: 'https://attacker.example' }],
    [{ origin: 'null' }],
    [{ origin: 'http://localhost:3000' }],
    [{ 'sec-fetch-site': 'cross-site' }],
    [{ 'sec-fetch-site': 'same-site', origin: 'http://127.0.0.1:5000' }],
    [{ 'sec-fetch-site': 'cross-site', origin: 'https://cookies.example.org' }],
  ])("refuses a change that another site's page asks for: %p", async (headers) => {
    const response = await send(api.url, { ...change, headers });
    expect(response).toMatchObject({ status: 403, body: { detail: expect.stringMatching(/pages of other sites/) } });
    const { method, path } = { method: 'DELETE', path: '/cookiejar/a' };
    expect(await send(api.url, { method, path, headers })).toMatchObject({ status: 403 });
  });

  it('takes a change from a page of its own, and of a name that it answers to behind a proxy', async () => {
    for (const origin of [api.url, 'https://cookies.example.org', 'https://cookies.example.org:8443']) {
      const headers = { origin, 'sec-fetch-site': 'same-origin' };
      expect(await send(api.url, { ...change, headers })).toMatchObject({ status: 200 });
    }
    expect(await send(api.url, { ...change, headers: { 'sec-fetch-site': 'none' } })).toMatchObject({ status: 200 });
  });

  it('gives no page of another site leave to read its answers', async () => {
    const headers = { origin: 'https://attacker.example', 'access-control-request-method': 'POST' };
    const { headers: answered } = await send(api.url, { method: 'OPTIONS', path: '/queue/reprocess', headers });
    expect(Object.keys(answered).filter((name) => name.startsWith('access-control-'))).toEqual([]);
  });
});

describe('an API beyond loopback', () => {
  it.each([['0.0.0.0'], ['::'], ['::ffff:0.0.0.0']])('does not start on %s without a token', async (host) => {
    await expect(startApi(untouchedBut({}), { host, port: 0 })).rejects.toThrow(/for everybody: set COOKIE_MONSTER/);
  });

  it('answers to all names where none is configured', async () => {
    await using api = closing(await startApi(untouchedBut({}), { host: '0.0.0.0', port: 0, tokens: TOKENS }));
    expect(await api.status('anything.example')).toBe(200);
  });

  it("answers to those that are configured, and to this machine's own", async () => {
    const options = { host: '0.0.0.0', port: 0, tokens: TOKENS, hosts: ['cookies.example.org'] };
    await using api = closing(await startApi(untouchedBut({}), options));
    expect(await api.status('cookies.example.org')).toBe(200);
    expect(await api.status('127.0.0.1:5000')).toBe(200);
    expect(await api.status('anything.example')).toBe(421);
  });

  it('does not start on a host that nobody knows', async () => {
    await expect(startApi(untouchedBut({}), { host: 'nowhere.invalid', port: 0 })).rejects.toThrow(/nowhere\.invalid/);
  });
});

describe('an address', () => {
  it.each([
    ['127.0.0.1', true],
    ['127.255.255.254', true],
    ['::1', true],
    ['::ffff:127.0.0.1', true],
    ['::ffff:7f00:1', true],
    ['0.0.0.0', false],
    ['::', false],
    ['128.0.0.1', false],
    ['::ffff:10.0.0.1', false],
    ['fe80::1', false],
    ['localhost', false],
  ])('%s is one of loopback: %p', (address, expected) => {
    expect(isLoopbackAddress(address)).toBe(expected);
  });

  it('of a name counts with all that the name stands for', async () => {
    expect(await isLoopbackHost('localhost')).toBe(true);
  });
});

describe('a host header of any form', () => {
  it('is answered or refused, never more than that', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.option(fc.string(), { nil: undefined }), (host, origin) => {
        const headers = origin === undefined ? { host } : { host, origin };
        try {
          refuseOtherSites({ headers, method: 'POST' }, { hosts: [], strict: true });
        } catch (error) {
          expect(error).toMatchObject({ name: 'RequestRefusedError' });
        }
      }),
    );
  });
});

function closing(api: RunningApi) {
  return {
    status: async (host: string) => {
      const url = api.url.replace('0.0.0.0', '127.0.0.1');
      const headers = { host, authorization: 'Bearer a-token-of-the-tests' };
      return (await send(url, { path: '/', headers })).status;
    },
    [Symbol.asyncDispose]: async () => api.close(),
  };
}
