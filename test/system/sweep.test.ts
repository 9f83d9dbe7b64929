import { pino } from 'pino';
import { knownObject } from '../../retrieval/irods/sweep/known-object.ts';
import { sweepQueries } from '../../retrieval/irods/shipped-queries.ts';
import { listRetrievals } from '../../retrieval/retrieval-log.ts';
import { startWorkerProcess } from '../../workers/worker-process.ts';
import { startCommand } from '../support/command.ts';
import { layTestGround, type TestGround, until } from '../support/ground.ts';
import { type IrodsWorld, irodsWorld } from '../support/irods/irods-world.ts';

const RULES = {
  'gone.rule.ts': `
    import { defineRule } from 'cookie-monster';
    const said = (cookie, what) => cookie.enrichments.mostRecent('irods_update')?.metadata[what] !== undefined;
    export const gone = defineRule({ id: 'gone', matches: (cookie) => said(cookie, 'deleted'), action: () => ({}) });
    export const renamed = defineRule({ id: 'renamed', matches: (cookie) => said(cookie, 'renamed_to'), action: () => ({}) });
  `,
};
/** Temporal repeats a dead worker's run after fifteen seconds. */
const RECOVERY_MS = 90_000;

let zone: IrodsWorld;

beforeEach(() => {
  zone = irodsWorld('empty');
  for (const { alias, sql } of sweepQueries()) zone.catalogue.installQuery(alias, sql);
});

afterEach(() => zone.close());

function put(from: number, count: number): string[] {
  const paths = Array.from({ length: count }, (_, index) => `/seq/run ${index % 3}/${from + index}.cram`);
  zone.catalogue.together(() => {
    for (const path of paths) {
      zone.catalogue.putObject(path, { replicas: [{ checksum: `sum ${path}` }] });
      zone.catalogue.addAvu(path, { attribute: 'name', value: path });
    }
  });
  return paths;
}

async function ground(rate: number): Promise<TestGround> {
  const since = new Date(Date.now() - 3_600_000).toISOString();
  return layTestGround({
    rules: RULES,
    workers: {
      IrodsRetrieval: { zone: 'seq', interval: 'every 1 s', settle: '1 s', since },
      IrodsSweep: { interval: 'every 2 s', collections: ['/seq'], rate },
    },
  });
}

async function namesOf({ store }: TestGround, path: string): Promise<readonly string[] | 'gone' | undefined> {
  const known = knownObject(await store.jar.fetch(path));
  return known?.gone === true ? 'gone' : known && [...(known.attributes.get('name') ?? [])];
}

async function sweeps({ store }: TestGround) {
  return listRetrievals(store.documents, 'IrodsSweep');
}

describe('a zone that is swept on a schedule', () => {
  it('has what no query shows brought, judged, and said once', async () => {
    await using on = await ground(200);
    const { settings, connection, client, store } = on;
    const irods = { ...settings.irods, batonBinDir: zone.bin };
    const log = pino({ level: 'silent' });
    const [removed = '', set = '', gone = '', renamed = '', ...others] = put(0, 30);
    const worker = await startWorkerProcess({ settings: { ...settings, irods }, connection, client, store, log });
    try {
      const all = [removed, set, gone, renamed, ...others];
      await until(async () => (await store.jar.fetchAll(all)).size === 30, 'all cookies', RECOVERY_MS);
      zone.catalogue.removeAvu(removed, { attribute: 'name', value: removed });
      zone.catalogue.setAvu(set, { attribute: 'name', value: 'another' });
      zone.catalogue.remove(gone);
      zone.catalogue.rename(renamed, '/seq/run 0/renamed.cram');
      await until(async () => (await namesOf(on, gone)) === 'gone', 'what is gone to be said', RECOVERY_MS);
      await until(async () => (await namesOf(on, set))?.[0] === 'another', 'the changed value', RECOVERY_MS);
      await until(async () => (await namesOf(on, removed))?.length === 0, 'the removed value', RECOVERY_MS);
      await until(async () => (await namesOf(on, renamed)) === 'gone', 'the new name', RECOVERY_MS);
      expect(await namesOf(on, '/seq/run 0/renamed.cram')).toEqual([renamed]);
      const before = (await sweeps(on)).length;
      await until(async () => (await sweeps(on)).length >= before + 3, 'more sweeps', RECOVERY_MS);
      await on.settled(RECOVERY_MS);
      expect((await sweeps(on))[0]).toMatchObject({ stored: 0, failure: null });
      expect((await on.applied(gone)).map(({ rule_id: rule }) => rule)).toEqual(['gone']);
      expect((await on.applied(renamed)).map(({ rule_id: rule }) => rule)).toEqual(['renamed']);
      const updates = (await on.cookie(gone)).enrichments.fromSource('irods_update');
      expect(updates.filter(({ metadata }) => metadata['deleted'] === true)).toHaveLength(1);
    } finally {
      await worker.close();
    }
    expect(zone.alive()).toEqual([]);
  }, 240_000);

  it('is known whole though workers are killed in the middle of sweeps', async () => {
    await using on = await ground(25);
    const environment = { ...on.environment, BATON_BIN_DIR: zone.bin };
    const paths = put(0, 120);
    const removeOne = (path: string): void => zone.catalogue.removeAvu(path, { attribute: 'name', value: path });

    await using first = startCommand(['worker'], environment, on.folder.base);
    await until(async () => (await on.store.jar.fetchAll(paths)).size === 120, 'all cookies', RECOVERY_MS);
    for (const path of paths) removeOne(path);
    const empty = async () => {
      const names = await Promise.all(paths.map(async (path) => namesOf(on, path)));
      return names.filter((some) => some?.length === 0).length;
    };
    await until(async () => (await empty()) >= 5, 'the first to be swept', RECOVERY_MS);
    first.signal('SIGKILL');
    await first.exit;
    zone.catalogue.remove(paths[0] ?? '');

    await using second = startCommand(['worker'], environment, on.folder.base);
    await until(async () => (await empty()) >= 119, 'all to be swept', 2 * RECOVERY_MS);
    await until(async () => (await namesOf(on, paths[0] ?? '')) === 'gone', 'what is gone to be said', 2 * RECOVERY_MS);
    await on.settled(RECOVERY_MS);
    second.signal('SIGTERM');
    await second.exit;
    for (const path of paths.slice(1)) {
      const updates = (await on.cookie(path)).enrichments.fromSource('irods_update');
      expect([path, updates.filter(({ metadata }) => metadata['swept'] !== undefined).length]).toEqual([path, 1]);
    }
  }, 400_000);
});
