import { pino } from 'pino';
import type { JsonValue } from '../../cookiejar/json.ts';
import { inFlight } from '../../periodic/in-flight.ts';
import { PeriodicWorker, workerLogger } from '../../periodic/periodic-worker.ts';
import { type WorkerJarParts, createWorkerJar } from '../../periodic/worker-jar.ts';
import { MemoryDocuments } from '../support/jar-memory.ts';

const documents = new MemoryDocuments();

const jar: WorkerJarParts['jar'] = {
  fetch: async () => undefined,
  fetchAll: async () => new Map(),
  async *cookies() {},
  async *changes() {},
  position: async () => '',
  enrich: async (updates) =>
    updates.map(({ identifier, enrichments }) => ({
      identifier,
      stored: enrichments,
      knowledge: '',
      unsettled: identifier !== '/settled',
    })),
};

function context(beats: (JsonValue | undefined)[] = [], lastProgress?: JsonValue) {
  return {
    worker: 'Mine',
    config: { worker: { log_level: 'debug', interval: 'minutely', new_value: 'x' } },
    logger: pino({ level: 'silent' }),
    jar: createWorkerJar({ jar, documents, wake: async () => {} }),
    signal: new AbortController().signal,
    startedAt: new Date(),
    heartbeat: (progress: JsonValue | undefined) => beats.push(progress),
    ...(lastProgress === undefined ? {} : { lastProgress }),
  };
}

class Mine extends PeriodicWorker {
  async callback(): Promise<JsonValue> {
    this.heartbeat();
    this.heartbeat({ done: 1 });
    this.heartbeat();
    const { stored, woken } = await this.jar.enrich('/a', {
      source: 's',
      timestamp: '2026-01-05T06:00:00.000Z',
      metadata: {},
    });
    return { value: this.config.worker['new_value'] ?? null, stored, woken, progress: this.lastProgress ?? null };
  }
}

describe('a periodic worker', () => {
  it('has its configuration, its jar and its progress', async () => {
    expect(await new Mine(context()).callback()).toEqual({ value: 'x', stored: 1, woken: 1, progress: { done: 1 } });
  });

  it('hands on the progress of a run before it, until it has some of its own', async () => {
    const beats: (JsonValue | undefined)[] = [];
    await new Mine(context(beats, { done: 0 })).callback();
    expect(beats).toEqual([{ done: 0 }, { done: 1 }, { done: 1 }]);
  });

  it('logs at its own level', () => {
    const lines: string[] = [];
    const logger = pino({ level: 'info' }, { write: (line: string) => lines.push(line) });
    workerLogger(logger, 'Mine', 'debug').debug('deep');
    workerLogger(logger, 'Yours', 'error').warn('shallow');
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ worker: 'Mine', msg: 'deep' }]);
  });
});

describe("a worker's jar", () => {
  it('wakes each unsettled cookie once', async () => {
    const woken: string[] = [];
    const workerJar = createWorkerJar({
      jar,
      documents,
      wake: async (identifier) => {
        woken.push(identifier);
      },
    });
    const enrichments = [{ source: 's', timestamp: '2026-01-05T06:00:00.000Z', metadata: {} }];
    const updates = ['/a', '/settled', '/b', '/a'].map((identifier) => ({ identifier, enrichments }));
    expect(await workerJar.enrichAll(updates)).toEqual({ stored: 4, woken: 2 });
    expect(woken).toEqual(['/a', '/b']);
  });
});

describe('things in flight', () => {
  it('are never more than allowed, and none is forgotten', async () => {
    let now = 0;
    let most = 0;
    const done: number[] = [];
    const items = Array.from({ length: 50 }, (_, i) => i);
    await inFlight(7, items, async (item) => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setImmediate(resolve));
      now -= 1;
      done.push(item);
    });
    expect(most).toBe(7);
    expect(done.toSorted((a, b) => a - b)).toEqual(items);
  });

  it('are ended by the first failure, after those under way', async () => {
    const begun: number[] = [];
    const ended: number[] = [];
    const all = inFlight(2, [0, 1, 2, 3, 4], async (item) => {
      begun.push(item);
      if (item === 1) throw new Error('one');
      await new Promise((resolve) => setImmediate(resolve));
      ended.push(item);
    });
    await expect(all).rejects.toThrow('one');
    expect([begun, ended]).toEqual([[0, 1], [0]]);
  });
});
