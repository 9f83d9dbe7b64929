import type { ApiDependencies } from '../../api/dependencies.ts';
import { type RunningApi, startApi } from '../../api/serve.ts';
import { apiToken } from './api-token.ts';
import { Gate } from './gate.ts';
import { type RawResponse, send } from './raw-request.ts';
import { untouchedBut } from './untouched.ts';

describe('an API with tokens', () => {
  let api: RunningApi;

  // A new one each time: without a valid token it answers a few requests a second only.
  beforeEach(async () => {
    api = await startApi(untouchedBut({}), {
      port: 0,
      tokens: [apiToken('first-token'), apiToken('second-token', 'second')],
    });
  });

  afterEach(async () => {
    await api.close();
  });

  it.each([
    [undefined],
    [''],
    ['Bearer'],
    ['Bearer '],
    ['Bearer wrong'],
    ['Bearer first-token2'],
    ['Bearer first-token second-token'],
    ['Basic first-token'],
    ['first-token'],
  ])('refuses %p with 401 and says what it wants', async (authorization) => {
    const unroutable = ['/cookiejar/%zz', '/healthz/%zz', `/schedules/${'a'.repeat(2000)}`];
    for (const path of ['/', '/readyz', '/cookiejar/a', '/nowhere', '/healthz/', ...unroutable]) {
      expect(await send(api.url, { path, headers: { authorization } })).toMatchObject({
        status: 401,
        headers: { 'www-authenticate': 'Bearer' },
        body: { status: 401, title: 'Unauthorized', instance: path },
      });
    }
  });

  it.each([['Bearer first-token'], ['bearer second-token'], ['Bearer  second-token ']])('takes %p', async (token) => {
    expect(await send(api.url, { path: '/', headers: { authorization: token } })).toMatchObject({ status: 200 });
  });

  it('asks for none at /healthz', async () => {
    expect(await send(api.url, { path: '/healthz?probe=1' })).toMatchObject({ status: 200, body: { status: 'ok' } });
  });

  it('tells whoever may ask what is wrong with a URL', async () => {
    const headers = { authorization: 'Bearer first-token' };
    expect(await send(api.url, { path: '/cookiejar/%zz', headers })).toMatchObject({ status: 400 });
    const path = `/schedules/${'a'.repeat(2000)}/run`;
    expect(await send(api.url, { method: 'POST', path, headers })).toMatchObject({ status: 414 });
  });

  it('asks for JSON before it asks for a token', async () => {
    expect(await send(api.url, { path: '/', headers: { accept: undefined } })).toMatchObject({ status: 406 });
  });
});

describe('a listening API', () => {
  it('listens on this machine only, unless told otherwise', async () => {
    const api = await startApi(untouchedBut({}), { port: 0 });
    expect(new URL(api.url).hostname).toBe('127.0.0.1');
    await api.close();
  });

  it('says where to look', async () => {
    const api = await startApi(untouchedBut({}), { port: 0 });
    const response = await send(api.url, { path: '/' });
    expect(response).toMatchObject({ status: 200, body: { routes: { 'GET /queue': expect.any(String) } } });
    await api.close();
  });

  it('refuses to start where its port is taken, and leaves nothing behind', async () => {
    const api = await startApi(untouchedBut({}), { port: 0 });
    const port = Number(new URL(api.url).port);
    await expect(startApi(untouchedBut({}), { port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await api.close();
  });

  it('finishes what is under way before it closes, and takes nothing more', async () => {
    const begun = new Gate();
    const goOn = new Gate();
    const current = async () => {
      begun.open();
      await goOn.passed;
      return undefined;
    };
    const api = await startApi(untouchedBut({ rules: rules(current) }), { port: 0 });
    const underWay = send(api.url, { path: '/rules' });
    await begun.passed;
    const closed = api.close();
    await expect(send(api.url, { path: '/healthz' })).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    goOn.open();
    expect(await underWay).toMatchObject({ status: 200 });
    await closed;
  });

  it('does not wait longer than its grace period for what is under way', async () => {
    const begun = new Gate();
    const current = async () => {
      begun.open();
      return new Promise<never>(() => {});
    };
    const api = await startApi(untouchedBut({ rules: rules(current) }), { port: 0, graceMs: 50 });
    const underWay = send(api.url, { path: '/rules' });
    await begun.passed;
    await Promise.all([api.close(), expect(underWay).rejects.toMatchObject({ code: 'ECONNRESET' })]);
  });
});

describe('GET /readyz', () => {
  it('is ready when everything answers', async () => {
    const response = await readiness({ couchdb: async () => {}, temporal: async () => {} });
    expect(response).toMatchObject({
      status: 200,
      body: { status: 'ready', checks: { couchdb: 'ok', temporal: 'ok' } },
    });
  });

  it('names whatever fails or does not answer in time, and no more of it', async () => {
    const signals: AbortSignal[] = [];
    const response = await readiness({
      couchdb: async () => {
        throw new Error('http://admin:secret@localhost');
      },
      disk: async () => {},
      temporal: async (signal) => {
        signals.push(signal);
        return new Promise(() => {});
      },
    });
    expect(response).toMatchObject({
      status: 503,
      headers: { 'content-type': expect.stringContaining('application/problem+json') },
      body: { status: 503, detail: 'not ready: no answer from couchdb and temporal' },
    });
    expect(signals[0]?.aborted).toBe(true);
  });
});

async function readiness(checks: ApiDependencies['checks']): Promise<RawResponse> {
  const api = await startApi(untouchedBut({ checks }), { port: 0, checkTimeoutMs: 20 });
  const response = await send(api.url, { path: '/readyz' });
  await api.close();
  return response;
}

function rules(current: ApiDependencies['rules']['current']): ApiDependencies['rules'] {
  return { current, definitions: async () => undefined, problems: async () => undefined };
}
