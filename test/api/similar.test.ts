import type { ApiDependencies, Family, SimilarSource } from '../../api/dependencies.ts';
import type { Schedule, ScheduleDesk, ScheduleRun } from '../../api/schedules/schedule-desk.ts';
import { type RunningApi, startApi } from '../../api/serve.ts';
import { Cookie } from '../../cookiejar/cookie.ts';
import { SimilarReader } from '../../similarity/analysis/similar-reader.ts';
import { openGround } from '../similarity/analysis-ground.ts';
import { startTestJar } from '../support/jar.ts';
import { type RawResponse, send } from './raw-request.ts';
import { untouchedBut } from './untouched.ts';

const TS = '2026-01-05T06:00:00.000Z';
const FAMILY: Family = { name: '/a', size: 3000, members: ['/a', '/b'] };

const NEIGHBOURS = [
  { identifier: '/b', measurements: { ssdeep_similarity: 97, attribute_similarity: 33.33 }, ts: TS },
  { identifier: '/c', measurements: { attribute_similarity: 71.5 }, ts: TS },
];

/** Knows `/a`, and notes how it was asked. */
function source(asked: unknown[], family?: Family): SimilarSource {
  return {
    similarTo: async (identifier, options) => {
      asked.push([identifier, options]);
      if (identifier !== '/a') return undefined;
      return { similar: NEIGHBOURS, ...(family === undefined ? {} : { family }) };
    },
    families: async (options) => {
      asked.push(options);
      return [FAMILY];
    },
  };
}

async function askOnce(dependencies: Partial<ApiDependencies>, path: string): Promise<RawResponse> {
  const api = await startApi(untouchedBut(dependencies), { port: 0 });
  try {
    return await send(api.url, { path });
  } finally {
    await api.close();
  }
}

describe('GET /similar', () => {
  it('tells the similar cookies, best first, with their scores and the family', async () => {
    const { status, body } = await askOnce({ similar: source([], FAMILY) }, '/similar?identifier=/a');
    expect([status, body]).toEqual([200, { identifier: '/a', family: FAMILY, similar: NEIGHBOURS }]);
    const alone = await askOnce({ similar: source([]) }, '/similar?identifier=%2Fa');
    expect(alone.body).toEqual({ identifier: '/a', similar: NEIGHBOURS });
  });

  it.each([
    ['', { threshold: 0, limit: 20 }],
    ['&threshold=70&limit=5', { threshold: 70, limit: 5 }],
    ['&threshold=100&limit=1000', { threshold: 100, limit: 1000 }],
    ['&threshold=99.5', { threshold: 99.5, limit: 20 }],
  ])('asks with %p for %p', async (query, options) => {
    const asked: unknown[] = [];
    await askOnce({ similar: source(asked) }, `/similar?identifier=/a${query}`);
    expect(asked).toEqual([['/a', options]]);
  });
});

describe('GET /similar of a cookie that the analysis does not know', () => {
  const known = new Cookie('/x', [{ source: 's', timestamp: TS, metadata: {} }]);
  const schedule: Schedule = {
    id: 'SimilarityAnalysis',
    timezone: 'UTC',
    paused: false,
    note: null,
    next: ['2026-01-06T06:00:00.000Z'],
    runs: [],
  };
  const run: ScheduleRun = {
    workflow_id: 'w',
    run_id: 'r',
    status: 'running',
    due_at: TS,
    started_at: TS,
    ended_at: null,
    attempt: 1,
    progress: null,
    result: null,
    failure: null,
  };

  async function refusal(find: ScheduleDesk['find'], cookie: Cookie | undefined = known): Promise<RawResponse> {
    const { jar, schedules } = untouchedBut({});
    const fetch = async () => cookie;
    const dependencies = { similar: source([]), jar: { ...jar, fetch }, schedules: { ...schedules, find } };
    return askOnce(dependencies, '/similar?identifier=/x');
  }

  it.each([
    ['it is switched off', undefined, /"\/x"; .*: it is switched off; .*SimilarityAnalysis\.json/],
    ['a run is due', schedule, /due at 2026-01-06T06:00:00\.000Z; POST \/schedules\/SimilarityAnalysis\/trigger/],
    ['no run is due', { ...schedule, next: [] }, /no run is due; POST/],
    ['it is paused', { ...schedule, paused: true, next: [] }, /is paused; POST .*\/resume/],
    ['it is running', { ...schedule, runs: [run] }, /it is running now/],
  ])('says when that will be, where %s', async (_name, found, detail) => {
    const response = await refusal(async () => found);
    expect(response).toMatchObject({ status: 404, body: { detail: expect.stringMatching(detail) } });
  });

  it('answers though Temporal does not', async () => {
    const response = await refusal(async () => {
      throw new Error('secret: 14 UNAVAILABLE');
    });
    expect(response).toMatchObject({
      status: 404,
      body: { detail: expect.stringMatching(/when SimilarityAnalysis runs$/) },
    });
  });

  it('says so where the jar does not know it either', async () => {
    const { jar } = untouchedBut({});
    const dependencies = { similar: source([]), jar: { ...jar, fetch: async () => undefined } };
    const response = await askOnce(dependencies, '/similar?identifier=/x');
    expect(response).toMatchObject({ status: 404, body: { detail: 'the jar has no cookie "/x"' } });
  });
});

describe('GET /similar/families', () => {
  it.each([
    ['', { limit: 20, members: 10 }],
    ['?limit=1000&members=100', { limit: 1000, members: 100 }],
  ])('tells the largest: %p', async (query, options) => {
    const asked: unknown[] = [];
    const { status, body } = await askOnce({ similar: source(asked) }, `/similar/families${query}`);
    expect([status, body, asked]).toEqual([200, { families: [FAMILY] }, [options]]);
  });
});

describe('/similar over a jar that was analysed', () => {
  const [FIRST, SECOND] = ['aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789', 'zYxWvUtSrQpOnM'];
  const digest = (change: string) => `96:${FIRST.replace('LmNo', change)}:${change}${SECOND}`;

  it('tells what the analysis found, above the threshold asked for, and says what it has not seen', async () => {
    await using server = await startServer();
    const { ground } = server;
    await ground.tell('/same/1', { ssdeep: digest('LmNo') });
    await ground.tell('/same/2', { ssdeep: digest('LmNo') });
    await ground.tell('/like', { ssdeep: digest('QQ') });
    await ground.tell('/other', { ssdeep: '96:098765432poiuytrewqASDFGHJKLMNBV:QWERTYUIOPASDF' });
    await ground.analyse();
    await ground.tell('/late', { ssdeep: digest('LmNo') });

    const all = (await server.ask('/similar?identifier=/same/1')).body as { similar: { identifier: string }[] };
    expect(all.similar.map(({ identifier }) => identifier)).toEqual(['/same/2', '/like']);
    expect(all).toMatchObject({ family: { size: 3 }, similar: [{ measurements: { ssdeep_similarity: 100 } }, {}] });
    const [best] = all.similar;
    for (const query of ['threshold=99', 'limit=1']) {
      const { body } = await server.ask(`/similar?identifier=/same/1&${query}`);
      expect((body as typeof all).similar).toEqual([best]);
    }
    const alone = await server.ask('/similar?identifier=/other');
    expect([alone.status, alone.body]).toEqual([200, { identifier: '/other', similar: [] }]);
    const families = (await server.ask('/similar/families?members=2')).body as { families: Family[] };
    expect(families.families.map(({ size, members }) => [size, members.length])).toEqual([[3, 2]]);

    const unknown = /the similarity analysis does not know "\/late"; .*: it is switched off/;
    expect(await server.ask('/similar?identifier=/late')).toMatchObject({
      status: 404,
      body: { detail: expect.stringMatching(unknown) },
    });
    await ground.analyse();
    expect(await server.ask('/similar?identifier=/late&limit=1')).toMatchObject({
      status: 200,
      body: { similar: [{ measurements: { ssdeep_similarity: 100 } }] },
    });
  }, 60_000);

  async function startServer() {
    const jar = await startTestJar();
    const ground = await openGround(jar);
    const { schedules } = untouchedBut({});
    const dependencies = untouchedBut({
      jar: ground.jar,
      schedules: { ...schedules, find: async () => undefined },
      similar: new SimilarReader(ground.documents),
    });
    const api = await startApi(dependencies, { port: 0 });
    return {
      ground,
      ask: async (path: string) => send(api.url, { path }),
      [Symbol.asyncDispose]: async () => {
        await api.close();
        await ground.close();
        await jar.stop();
      },
    };
  }
});

describe('/similar', () => {
  let api: RunningApi;

  beforeAll(async () => {
    api = await startApi(untouchedBut({}), { port: 0 });
  });

  afterAll(async () => {
    await api.close();
  });

  it.each([
    ['/similar', /query\.identifier/],
    ['/similar?identifier=', /query\.identifier: .*empty/],
    ['/similar?identifier=/a&identifier=/b', /query\.identifier/],
    ['/similar?identifier=/a&threshold=', /query\.threshold: must be a number from 0 to 100/],
    ['/similar?identifier=/a&threshold=-1', /query\.threshold/],
    ['/similar?identifier=/a&threshold=100.1', /query\.threshold/],
    ['/similar?identifier=/a&threshold=1e1', /query\.threshold/],
    ['/similar?identifier=/a&threshold=high', /query\.threshold/],
    ['/similar?identifier=/a&limit=0', /query\.limit: must be a whole number from 1 to 1000/],
    ['/similar?identifier=/a&limit=1001', /query\.limit/],
    ['/similar?identifier=/a&limit=1.5', /query\.limit/],
    ['/similar?identifier=/a&treshold=5', /treshold/],
    ['/similar/families?limit=0', /query\.limit/],
    ['/similar/families?members=101', /query\.members: must be a whole number from 1 to 100/],
    ['/similar/families?identifier=/a', /identifier/],
  ])('refuses %s with 400', async (path, reason) => {
    expect(await send(api.url, { path })).toMatchObject({
      status: 400,
      body: { detail: expect.stringMatching(reason) },
    });
  });

  it.each(['/similar', '/similar/families'])('takes GET only, and answers JSON only: %s', async (path) => {
    expect(await send(api.url, { method: 'POST', path, body: {} })).toMatchObject({
      status: 405,
      headers: { allow: 'GET, HEAD, OPTIONS' },
    });
    expect(await send(api.url, { path, headers: { accept: undefined } })).toMatchObject({ status: 406 });
    expect(await send(api.url, { path: `${path}/more` })).toMatchObject({ status: 404 });
  });
});
