import { setImmediate as turn } from 'node:timers/promises';
import { pino } from 'pino';
import { type OpenJar, openJar } from '../../cookiejar/open-jar.ts';
import { createWorkerJar } from '../../periodic/worker-jar.ts';
import { RetrievalWorker } from '../../retrieval/retrieval-worker.ts';
import type { UpdateSource } from '../../retrieval/update-source.ts';
import { Governor } from '../../workflows/client/governor.ts';
import { until } from '../support/ground.ts';
import { startTestJar, type TestJar } from '../support/jar.ts';

const UPDATES = 1000;
/** What is stored at a time, before its cookies are woken. */
const BATCH = 200;

/** A source that knows how far it was read. */
class Endless extends RetrievalWorker {
  protected override readonly enrichmentSource = 'archive';
  read = 0;

  protected override openSource(): UpdateSource {
    const next = () => this.read++;
    return {
      async *updatesSince() {
        for (let index = next(); index < UPDATES; index = next()) {
          yield { target: `/${index}`, timestamp: '2026-01-05T06:00:00.000Z', metadata: { index } };
        }
      },
    };
  }
}

describe('a retrieval whose cookies are woken slowly', () => {
  let server: TestJar;
  let opened: OpenJar;

  beforeAll(async () => {
    server = await startTestJar();
    opened = await openJar({ url: server.url, database: server.newDatabase(), batchMs: 1 });
  });

  afterAll(async () => {
    await opened.close();
    await server.stop();
  });

  function start(room: () => number) {
    const stop = new AbortController();
    const governor = new Governor({ read: async () => ({ underWay: 0, limit: room() }), pause: async () => turn() });
    let woken = 0;
    const ahead: number[] = [];
    const worker: Endless = new Endless({
      worker: 'Endless',
      config: { worker: {} },
      logger: pino({ level: 'silent' }),
      jar: createWorkerJar({
        jar: opened.jar,
        documents: opened.documents,
        wake: async () => {
          await governor.admit(stop.signal);
          ahead.push(worker.read - woken++);
        },
      }),
      signal: stop.signal,
      startedAt: new Date(),
      heartbeat: () => {},
    });
    return { worker, stop, ahead, woken: () => woken, ended: worker.callback() };
  }

  it('reads no further ahead than one batch, and comes to its end', async () => {
    const { ended, ahead } = start(() => 100);
    expect(await ended).toMatchObject({ count: UPDATES, woken: UPDATES });
    expect(Math.max(...ahead)).toBeLessThanOrEqual(BATCH + 1);
  });

  it('stops at once where it must, though nothing was woken yet, and wakes all when it is repeated', async () => {
    const first = start(() => 0);
    const refused = expect(first.ended).rejects.toThrow('the worker process ends');
    await until(() => first.worker.read >= BATCH, 'the first batch to be read');
    first.stop.abort(new Error('the worker process ends'));
    await refused;
    expect(first.woken()).toBe(0);
    expect(first.worker.read).toBeLessThanOrEqual(BATCH + 1);
    const second = start(() => UPDATES);
    expect(await second.ended).toMatchObject({ count: UPDATES, woken: UPDATES });
  });
});
