import { pino } from 'pino';
import type { JsonObject, JsonValue } from '../../../cookiejar/json.ts';
import { type OpenJar, openJar } from '../../../cookiejar/open-jar.ts';
import { createWorkerJar } from '../../../periodic/worker-jar.ts';
import { listRetrievals } from '../../../retrieval/retrieval-log.ts';
import { shippedWorkers } from '../../../retrieval/shipped-workers.ts';
import { type IrodsWorld, irodsWorld } from '../../support/irods/irods-world.ts';
import { startTestJar, type TestJar } from '../../support/jar.ts';

let server: TestJar;
let zone: IrodsWorld;
let opened: OpenJar;
let beats: (JsonValue | undefined)[];

beforeAll(async () => {
  server = await startTestJar();
});

afterAll(async () => server.stop());

beforeEach(async () => {
  zone = irodsWorld('empty');
  opened = await openJar({ url: server.url, database: server.newDatabase(), batchMs: 1 });
  beats = [];
});

afterEach(async () => {
  expect(zone.alive()).toEqual([]);
  await opened.close();
  zone.close();
});

const MINUTE = 60;

/** What is old enough to be read. */
function minutesAgo(minutes: number): number {
  return Math.floor(Date.now() / 1000) - minutes * MINUTE;
}

async function run(config: JsonObject = {}, signal = new AbortController().signal): Promise<JsonObject> {
  const since = new Date(minutesAgo(120) * 1000).toISOString();
  const worker = shippedWorkers['IrodsRetrieval']?.create({
    worker: 'IrodsRetrieval',
    config: { worker: { zone: 'seq', interval: 'hourly', since, ...config } },
    logger: pino({ level: 'silent' }),
    jar: createWorkerJar({ jar: opened.jar, documents: opened.documents, wake: async () => {} }),
    signal,
    startedAt: new Date(),
    heartbeat: (progress) => beats.push(progress),
    leaveOut: [],
    batonBinDir: zone.bin,
  });
  return (await worker?.callback()) as JsonObject;
}

function fill(count: number): string[] {
  const paths = Array.from({ length: count }, (_, index) => `/seq/run/${index}#1.cram`);
  zone.catalogue.together(() => {
    for (const [index, path] of paths.entries()) {
      zone.catalogue.putObject(path, { at: minutesAgo(60 - (index % 50)), replicas: [{}, {}] });
      zone.catalogue.addAvu(path, { attribute: 'sample', value: `s${index}` }, { at: minutesAgo(5) });
    }
  });
  return paths;
}

interface Shown {
  readonly modified_metadata: Readonly<Record<string, readonly string[]>>;
  readonly modified_replicas: readonly { readonly number: number; readonly up_to_date: boolean }[];
}

/** Everything that the catalogue has shows once, in however many updates. */
async function expectEachOnce(paths: readonly string[]): Promise<void> {
  for (const [index, path] of paths.entries()) {
    const cookie = await opened.jar.fetch(path);
    const updates = cookie?.enrichments.fromSource('irods_update').map(({ metadata }) => metadata as unknown as Shown);
    expect(updates?.flatMap(({ modified_metadata: avus }) => avus['sample'] ?? [])).toEqual([`s${index}`]);
    expect(updates?.flatMap(({ modified_replicas: replicas }) => replicas.map(({ number }) => number))).toEqual([0, 1]);
  }
}

describe('an iRODS retrieval through baton', () => {
  it('brings what the catalogue has, and is logged as other retrievals are', async () => {
    const paths = fill(200);
    expect(await run()).toMatchObject({ count: 200, stored: 200, source: { rows: 800, windows: 1 } });
    await expectEachOnce(paths);
    const [first = ''] = paths;
    expect((await opened.jar.fetch(first))?.enrichments.mostRecent('irods_update')?.metadata).toEqual({
      data_id: String(zone.catalogue.idOf(first)),
      modified_metadata: { sample: ['s0'] },
      modified_replicas: [
        { number: 0, checksum: null, up_to_date: true },
        { number: 1, checksum: null, up_to_date: true },
      ],
    });
    expect(await listRetrievals(opened.documents, 'IrodsRetrieval')).toMatchObject([
      { count: 200, stored: 200, failure: null, most_recent: expect.stringContaining('.000Z') },
    ]);
    expect(await run()).toMatchObject({ count: 0, stored: 0 });
  });

  it.each([
    ['dies in the middle of its answer', 'cuts-output', 5000],
    ['loses its connection in the middle', 'lost-in-chunk', 3],
    ['dies before its answer', 'aborts-after', 0],
    ['answers nonsense', 'garbles', 0],
    ['finds the server down', 'server-down', 0],
  ] as const)('survives that baton %s, again and again', async (_, kind, value) => {
    const paths = fill(60);
    for (const times of [1, 5, 9]) {
      zone.catalogue.fault(kind, value, times);
      await run().catch(() => {});
    }
    zone.catalogue.clearFaults();
    await run();
    await expectEachOnce(paths);
  });

  it('keeps together what both queries say of an object though one of them fails once', async () => {
    const paths = fill(20);
    zone.catalogue.fault('lost-in-chunk', 2, 1);
    expect(await run()).toMatchObject({ count: 20 });
    await expectEachOnce(paths);
  });

  it('asks for less where baton does not answer in time', async () => {
    const paths = fill(20);
    zone.catalogue.fault('hangs-after', 0, 1);
    expect(await run({ timeout: '2 s' })).toMatchObject({ source: { divided: 1 } });
    await expectEachOnce(paths);
  });

  it('ends when it is told to, with the processes that it started', async () => {
    fill(20);
    zone.catalogue.fault('hangs-after', 0);
    const controller = new AbortController();
    const ended = run({}, controller.signal);
    const started = new Promise<void>((resolve) => {
      const look = setInterval(() => {
        if (zone.connections().made < 2) return;
        clearInterval(look);
        resolve();
      }, 20);
    });
    await started;
    controller.abort(new Error('stop'));
    await expect(ended).rejects.toThrow('stop');
  });

  it('says what is missing where a query is not installed, and brings what the other one has', async () => {
    fill(3);
    zone.catalogue.removeQuery('metadataModifiedPartial');
    await expect(run()).rejects.toMatchObject({ name: 'IrodsSetupError', code: -853_000 });
    expect(await listRetrievals(opened.documents)).toMatchObject([{ count: 3, failure: expect.any(String) }]);
  });
});
