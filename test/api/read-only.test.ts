import type { Change } from '../../api/changes.ts';
import { type RunningApi, startApi } from '../../api/serve.ts';
import { apiToken } from './api-token.ts';
import { send } from './raw-request.ts';
import { untouchedBut } from './untouched.ts';

const READ = { authorization: 'Bearer the-token-of-a-reader' };
const WRITE = { authorization: 'Bearer the-!"§$%&-token-of-a-writer'.replace('§', '|') };

describe('an API with a token for reading and one for writing', () => {
  const changes: Change[] = [];
  let api: RunningApi;

  beforeAll(async () => {
    const tokens = [
      apiToken('the-token-of-a-reader', 'dashboards', 'read'),
      apiToken(WRITE.authorization.slice('Bearer '.length), 'ingest'),
    ];
    const wake = async () => {};
    api = await startApi(untouchedBut({ wake }), { port: 0, tokens, onChange: (change) => changes.push(change) });
  });

  beforeEach(() => {
    changes.length = 0;
  });

  afterAll(async () => {
    await api.close();
  });

  it.each([
    ['GET', 200],
    ['HEAD', 200],
    ['OPTIONS', 204],
  ])('lets whoever may read send %s', async (method, status) => {
    const path = method === 'OPTIONS' ? '/queue' : '/';
    expect(await send(api.url, { method, path, headers: READ })).toMatchObject({ status });
  });

  it.each([
    ['POST', '/queue/reprocess', { path: '/a' }],
    ['POST', '/cookiejar', { identifier: '/a', enrichments: [] }],
    ['POST', '/schedules/X/trigger', undefined],
    ['POST', '/notifications/redeliver', { status: 'dead' }],
    ['DELETE', '/cookiejar/a', undefined],
    ['PUT', '/nowhere', undefined],
    ['PROPFIND', '/', undefined],
  ])('refuses %s %s of one who may only read, and says what it takes', async (method, path, body) => {
    expect(await send(api.url, { method, path, body, headers: READ })).toMatchObject({
      status: 403,
      body: {
        status: 403,
        detail: `the token "dashboards" is for reading only: ${method} needs one with the access "write"`,
      },
    });
    expect(changes).toEqual([]);
  });

  it('takes changes of one who may write, and tells who made them', async () => {
    const change = { method: 'POST', path: '/queue/reprocess', body: { path: '/a' }, headers: WRITE };
    expect(await send(api.url, change)).toMatchObject({ status: 200 });
    await send(api.url, { path: '/', headers: WRITE });
    await send(api.url, { ...change, body: { path: '' } });
    const told = { token: 'ingest', address: '127.0.0.1', method: 'POST', url: '/queue/reprocess' };
    expect(changes).toEqual([
      { ...told, status: 200 },
      { ...told, status: 400 },
    ]);
  });

  it('tells nothing of changes that nobody could ask for', async () => {
    await send(api.url, { method: 'POST', path: '/queue/reprocess', body: { path: '/a' } });
    expect(changes).toEqual([]);
  });
});
