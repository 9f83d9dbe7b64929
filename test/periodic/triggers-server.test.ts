import { pino } from 'pino';
import { type OpenJar, openJar } from '../../cookiejar/open-jar.ts';
import { PeriodicWorker } from '../../periodic/periodic-worker.ts';
import { readTriggers } from '../../periodic/triggers/report.ts';
import { createWorkerJar } from '../../periodic/worker-jar.ts';
import { instant } from '../support/jar-arbitraries.ts';
import { type TestJar, startTestJar } from '../support/jar.ts';
import { type Fault, type FaultyProxy, startFaultyProxy } from '../support/jar-faults.ts';

/** The jar shares the machine with whatever else is tested. */
const PATIENCE_MS = 60_000;
const WHERE = { source: 'media_type', key: 'media_type', value: 'application/x-elf' };

class Asked extends PeriodicWorker {
  callback(): void {}
}

let server: TestJar;
let proxy: FaultyProxy;
let opened: OpenJar;

beforeAll(async () => {
  server = await startTestJar();
  proxy = await startFaultyProxy(server.url);
});

beforeEach(async () => {
  opened = await openJar({ url: proxy.url, database: server.newDatabase(), batchMs: 1 });
});

afterEach(async () => {
  proxy.decide(() => 'pass');
  await opened.close();
});

afterAll(async () => {
  await proxy.stop();
  await server.stop();
});

function run(second: number, worker = 'Mine'): Asked {
  const { jar, documents } = opened;
  return new Asked({
    worker,
    config: { worker: { log_level: 'INFO', interval: 'hourly' } },
    logger: pino({ level: 'silent' }),
    jar: createWorkerJar({ jar, documents, wake: async () => {} }),
    signal: new AbortController().signal,
    startedAt: new Date(instant(second)),
    heartbeat: () => {},
  });
}

async function add(count: number, second: number, prefix: string): Promise<void> {
  const metadata = { media_type: WHERE.value };
  await opened.jar.enrich(
    Array.from({ length: count }, (_, n) => ({
      identifier: `/${prefix}/${n}`,
      enrichments: [{ source: WHERE.source, timestamp: instant(second), metadata }],
    })),
  );
}

async function have(worker = 'Mine'): Promise<readonly number[]> {
  return (await readTriggers(opened.documents, worker))?.triggers.map((state) => state.have) ?? [];
}

async function ask(second: number, worker?: string): Promise<void> {
  const asked = run(second, worker);
  await asked.cookiesAddedSince(1000, WHERE, '1 hour');
  await asked.cookiesQuietFor(WHERE, '1 minute');
  await asked.grownBy(10, WHERE);
}

describe('triggers over a jar server', () => {
  it(
    'follow what comes, changes and goes',
    async () => {
      await add(150, 100, 'a');
      await ask(110);
      expect(await have()).toEqual([150, 10, 150]);
      await add(20, 120, 'b');
      for (let n = 0; n < 7; n++) await opened.jar.delete(`/a/${n}`);
      await ask(150);
      expect(await have()).toEqual([163, 30, 163]);
      await ask(3702);
      expect(await have()).toEqual([20, 60, 163]);
    },
    PATIENCE_MS,
  );

  it(
    'count right through outages, also where answers to writes are lost',
    async () => {
      await add(150, 100, 'a');
      // An odd number: reads and writes take turns, and each kind of request must meet each kind of fault.
      const faults: readonly Fault[] = [
        'pass',
        'pass',
        'lose-answer',
        'pass',
        'pass',
        503,
        'pass',
        'pass',
        'cut-answer',
      ];
      proxy.decide(({ index }) => faults[index % faults.length] ?? 'pass');
      await ask(110);
      await add(20, 120, 'b');
      await opened.jar.delete('/a/1');
      await ask(150);
      expect(await have()).toEqual([169, 30, 169]);
    },
    PATIENCE_MS,
  );

  it(
    'count the same in runs at once',
    async () => {
      await add(150, 100, 'a');
      const workers = ['A', 'B', 'C'];
      await Promise.all(workers.map(async (worker, index) => ask(110 + index, worker)));
      for (const [index, worker] of workers.entries()) {
        const [added, , total] = await have(worker);
        expect([added, total, index]).toEqual([150, 150, index]);
      }
    },
    PATIENCE_MS,
  );
});
