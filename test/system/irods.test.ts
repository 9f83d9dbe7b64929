import { readFileSync } from 'node:fs';
import { pino } from 'pino';
import { listRetrievals } from '../../retrieval/retrieval-log.ts';
import { startWorkerProcess } from '../../workers/worker-process.ts';
import { startCommand } from '../support/command.ts';
import { layTestGround, type TestGround, until } from '../support/ground.ts';
import { type IrodsWorld, irodsWorld } from '../support/irods/irods-world.ts';

const LOADER = readFileSync(new URL('../../rules/irods/irods.loader.ts', import.meta.url), 'utf8');
/** Temporal repeats a dead worker's retrieval after fifteen seconds. */
const RECOVERY_MS = 90_000;

let zone: IrodsWorld;

beforeEach(() => {
  zone = irodsWorld('empty');
});

afterEach(() => zone.close());

async function ground(): Promise<TestGround> {
  const since = new Date(Date.now() - 3_600_000).toISOString();
  return layTestGround({
    rules: { 'irods.loader.ts': LOADER },
    workers: { IrodsRetrieval: { zone: 'seq', interval: 'every 1 s', settle: '1 s', since } },
  });
}

/** Puts objects with an AVU each, some seconds old as they come. */
function put(from: number, count: number): string[] {
  const paths = Array.from({ length: count }, (_, index) => `/seq/run/${from + index}.cram`);
  zone.catalogue.together(() => {
    for (const path of paths) {
      zone.catalogue.putObject(path, { replicas: [{ checksum: `sum ${path}` }, { checksum: `sum ${path}` }] });
      zone.catalogue.addAvu(path, { attribute: 'name', value: path });
    }
  });
  return paths;
}

async function known({ store }: TestGround, paths: readonly string[]): Promise<number> {
  return (await store.jar.open(paths)).filter(({ cookie }) => cookie.enrichments.fromSource('irods').length > 0).length;
}

/** The jar against the catalogue: each AVU and each replica in one update, and the listing as it is now. */
async function expectAgreement(on: TestGround, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const { enrichments } = await on.cookie(path);
    const updates = enrichments.fromSource('irods_update').map(({ metadata }) => metadata);
    const names = updates.flatMap(({ modified_metadata: avus }) => (avus as { name?: string[] }).name ?? []);
    const replicas = updates.flatMap(({ modified_replicas: some }) => some as { number: number }[]);
    expect([path, names, replicas.map(({ number }) => number)]).toEqual([path, [path], [0, 1]]);
    expect(enrichments.mostRecent('irods')?.metadata).toMatchObject({
      collection: '/seq/run',
      avus: [{ attribute: 'name', value: path }],
      checksum: `sum ${path}`,
    });
  }
}

describe('a zone that is retrieved on a schedule', () => {
  it('is known whole in the end, whatever became of baton and the server meanwhile', async () => {
    await using on = await ground();
    const { settings, connection, client, store } = on;
    const irods = { ...settings.irods, batonBinDir: zone.bin, processes: 3 };
    const log = pino({ level: 'silent' });
    const worker = await startWorkerProcess({ settings: { ...settings, irods }, connection, client, store, log });
    try {
      const paths = put(0, 20);
      await until(async () => (await known(on, paths)) === 20, 'the first objects', RECOVERY_MS);

      zone.catalogue.fault('server-down');
      paths.push(...put(20, 20));
      const failures = async () =>
        (await listRetrievals(store.documents, 'IrodsRetrieval')).filter(({ failure }) => failure !== null).length;
      await until(async () => (await failures()) >= 2, 'retrievals to fail', RECOVERY_MS);
      zone.catalogue.clearFaults();
      await until(async () => (await known(on, paths)) === 40, 'the objects of the outage', RECOVERY_MS);

      zone.catalogue.fault('cuts-output', 300, 2);
      zone.catalogue.fault('aborts-after', 0, 2);
      paths.push(...put(40, 20));
      await until(async () => (await known(on, paths)) === 60, 'the objects after crashes of baton', RECOVERY_MS);
      await on.settled(RECOVERY_MS);
      await expectAgreement(on, paths);
    } finally {
      await worker.close();
    }
    expect(zone.alive()).toEqual([]);
  }, 240_000);

  it('is known whole though workers are killed in the middle of retrievals', async () => {
    await using on = await ground();
    const environment = { ...on.environment, BATON_BIN_DIR: zone.bin };
    const paths = put(0, 300);
    const cookies = async () => (await on.store.jar.open(paths)).filter(({ known: is }) => is).length;

    await using first = startCommand(['worker'], environment, on.folder.base);
    await until(async () => (await cookies()) >= 1, 'the first cookies', RECOVERY_MS);
    first.signal('SIGKILL');
    await first.exit;
    paths.push(...put(300, 50));

    await using second = startCommand(['worker'], environment, on.folder.base);
    await until(async () => (await known(on, paths)) >= 100, 'some to be listed', RECOVERY_MS);
    second.signal('SIGKILL');
    await second.exit;
    paths.push(...put(350, 50));

    await using third = startCommand(['worker'], environment, on.folder.base);
    await until(async () => (await known(on, paths)) === 400, 'all to be listed', 2 * RECOVERY_MS);
    await on.settled(RECOVERY_MS);
    third.signal('SIGTERM');
    await third.exit;
    await expectAgreement(on, paths);
  }, 400_000);
});
