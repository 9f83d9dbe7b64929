import { pino } from 'pino';
import type { JsonObject, JsonValue } from '../../cookiejar/json.ts';
import { type OpenJar, openJar } from '../../cookiejar/open-jar.ts';
import { createWorkerJar } from '../../periodic/worker-jar.ts';
import {
  KEPT_RETRIEVALS,
  listRetrievals,
  recordRetrieval,
  type RetrievalRecord,
} from '../../retrieval/retrieval-log.ts';
import { RetrievalWorker } from '../../retrieval/retrieval-worker.ts';
import type { Update, UpdateSource } from '../../retrieval/update-source.ts';
import { startTestJar, type TestJar } from '../support/jar.ts';

/** The jar shares the machine with whatever else is tested. */
const PATIENCE_MS = 60_000;

let server: TestJar;
let opened: OpenJar;
const woken: string[] = [];

beforeAll(async () => {
  server = await startTestJar();
});

afterAll(async () => server.stop());

beforeEach(async () => {
  opened = await openJar({ url: server.url, database: server.newDatabase(), batchMs: 1 });
  woken.length = 0;
});

afterEach(async () => opened.close());

const DAY = '2026-01-05T';

function update(target: string, time: string, metadata: JsonObject = { time }): Update {
  return { target, timestamp: `${DAY}${time}.000Z`, metadata };
}

class Retriever extends RetrievalWorker {
  protected override readonly enrichmentSource = 'archive';
  readonly asked: (string | undefined)[] = [];
  readonly delivered: number[] = [];
  updates: Update[] = [];

  protected override openSource(): UpdateSource {
    const { asked, updates, delivered } = this;
    return {
      async *updatesSince(since) {
        asked.push(since);
        yield* updates;
      },
      delivered: async (count) => {
        delivered.push(count);
      },
    };
  }
}

function retriever(updates: Update[], lastProgress?: JsonValue): Retriever {
  const made = new Retriever({
    worker: 'Retriever',
    config: { worker: {} },
    logger: pino({ level: 'silent' }),
    jar: createWorkerJar({
      jar: opened.jar,
      documents: opened.documents,
      wake: async (identifier) => {
        woken.push(identifier);
      },
    }),
    signal: new AbortController().signal,
    startedAt: new Date(),
    heartbeat: () => {},
    ...(lastProgress === undefined ? {} : { lastProgress }),
  });
  made.updates = updates;
  return made;
}

describe('a retrieval worker', () => {
  it(
    'stores all of a cookie before it wakes it once',
    async () => {
      await retriever([update('/a', '01:00:00'), update('/b', '01:00:00'), update('/a', '02:00:00')]).callback();
      expect(woken).toEqual(['/a', '/b']);
      expect((await opened.jar.fetch('/a'))?.enrichments.length).toBe(2);
    },
    PATIENCE_MS,
  );

  it(
    'begins where the last success ended, less an overlap',
    async () => {
      const first = retriever([update('/a', '02:00:00'), update('/b', '01:00:00')]);
      await first.callback();
      const second = retriever([]);
      await second.callback();
      const third = retriever([]);
      await third.callback();
      expect(first.asked).toEqual([undefined]);
      expect(second.asked).toEqual([`${DAY}01:59:00.000Z`]);
      expect(third.asked).toEqual([`${DAY}01:59:00.000Z`]);
      expect(await listRetrievals(opened.documents, 'Retriever')).toMatchObject([
        { count: 0, since: `${DAY}01:59:00.000Z`, most_recent: `${DAY}02:00:00.000Z` },
        { count: 0, since: `${DAY}01:59:00.000Z`, most_recent: `${DAY}02:00:00.000Z` },
        { count: 2, since: null, most_recent: `${DAY}02:00:00.000Z` },
      ]);
    },
    PATIENCE_MS,
  );

  it(
    'never begins later because nothing came, nor after a failure',
    async () => {
      await retriever([update('/a', '02:00:00')]).callback();
      await expect(retriever([{ target: '/b', timestamp: 'yesterday', metadata: {} }]).callback()).rejects.toThrow();
      const next = retriever([]);
      await next.callback();
      expect(next.asked).toEqual([`${DAY}01:59:00.000Z`]);
    },
    PATIENCE_MS,
  );

  it(
    'is not led astray by what is stamped in the future',
    async () => {
      await retriever([{ target: '/a', timestamp: '2999-01-01T00:00:00.000Z', metadata: {} }]).callback();
      const [record] = await listRetrievals(opened.documents);
      expect(record?.most_recent).toBe(record?.started_at);
    },
    PATIENCE_MS,
  );

  it(
    'tells its source what was delivered, to the last update',
    async () => {
      const many = Array.from({ length: 450 }, (_, i) => update(`/${i}`, '01:00:00'));
      const worker = retriever(many);
      await worker.callback();
      expect(worker.delivered.at(-1)).toBe(450);
      expect(worker.delivered.length).toBeGreaterThanOrEqual(3);
    },
    PATIENCE_MS,
  );

  it(
    'takes no notice of progress that is none of its own',
    async () => {
      const worker = retriever([update('/a', '01:00:00')], { something: 'else' });
      expect(await worker.callback()).toMatchObject({ count: 1 });
    },
    PATIENCE_MS,
  );
});

describe('the retrieval log', () => {
  it(
    'keeps the newest records, and the last success however old',
    async () => {
      await recordRetrieval(opened.documents, recordOf(0, null));
      await recordRetrieval(opened.documents, recordOf(1, null));
      for (let minute = 2; minute < KEPT_RETRIEVALS + 5; minute++) {
        await recordRetrieval(opened.documents, recordOf(minute, 'no'));
      }
      const records = await listRetrievals(opened.documents, 'W');
      expect(records).toHaveLength(KEPT_RETRIEVALS + 1);
      expect(records[0]?.started_at).toBe(recordOf(KEPT_RETRIEVALS + 4, null).started_at);
      expect(records.at(-1)).toEqual(recordOf(1, null));
    },
    PATIENCE_MS,
  );
});

function recordOf(minute: number, failure: string | null): RetrievalRecord {
  return {
    worker: 'W',
    since: null,
    started_at: new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString(),
    duration_ms: 1,
    count: 0,
    stored: 0,
    woken: 0,
    most_recent: null,
    failure,
  };
}
