import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ObjectChanges } from '../../../retrieval/irods/object-changes.ts';
import { shippedQueries } from '../../../retrieval/irods/shipped-queries.ts';
import { SpecificQueries, type SpecificQueriesOptions } from '../../../retrieval/irods/specific-queries.ts';
import { type IrodsWorld, irodsWorld } from '../../support/irods/irods-world.ts';

const EVER = { after: 0, upTo: 2147483647 };

let world: IrodsWorld;
const open: SpecificQueries[] = [];

beforeEach(() => {
  world = irodsWorld();
});

afterEach(async () => {
  await Promise.all(open.splice(0).map((queries) => queries.close()));
  expect(world.alive()).toEqual([]);
  world.close();
});

function queriesOf(options: SpecificQueriesOptions = {}): SpecificQueries {
  const queries = new SpecificQueries({ binDir: world.bin, ...options });
  open.push(queries);
  return queries;
}

async function all<T>(rows: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const row of rows) collected.push(row);
  return collected;
}

/** A program in the place of baton's; gives its folder. */
function putProgram(script: string): string {
  const bin = join(world.catalogue.folder, 'other-bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'baton-specificquery'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(bin, 'baton-specificquery'), 0o755);
  return bin;
}

function putMany(count: number): void {
  world.catalogue.together(() => {
    for (let index = 0; index < count; index += 1) {
      world.catalogue.putObject(`/seq/many/object ${index} größe.cram`, {
        at: 1500000000,
        replicas: [{ checksum: 'c'.repeat(32) }],
      });
    }
  });
}

describe('a specific query', () => {
  it('gives what was modified after the lower bound and up to the upper one', async () => {
    const rows = await all(queriesOf().dataModified({ after: 1402406401, upTo: 1402406500 }));
    expect(new Set(rows.map(({ modified }) => modified))).toEqual(new Set([1402406402, 1402406500]));
  });

  it('gives the updates of objects, once merged', async () => {
    const queries = queriesOf({ zone: 'seq' });
    const changes = new ObjectChanges();
    for await (const row of queries.metadataModified({ after: 1402406411, upTo: 1402406412 })) changes.addMetadata(row);
    for await (const row of queries.dataModified({ after: 1402406400, upTo: 1402406402 })) changes.addData(row);
    expect(changes.updates()).toEqual([
      {
        target: '/seq/13240/13240_2#31.cram',
        timestamp: '2014-06-10T13:20:12.000Z',
        metadata: {
          data_id: '14237451',
          modified_metadata: { md5: ['2ebec02316ddc3ee64a67c89b5e3140c'], total_reads: ['531238242'] },
          modified_replicas: [
            { number: 0, checksum: '2ebec02316ddc3ee64a67c89b5e3140c', up_to_date: true },
            { number: 1, checksum: '2ebec02316ddc3ee64a67c89b5e3140c', up_to_date: true },
          ],
        },
      },
    ]);
  });

  it('gives thousands of rows, each once', async () => {
    putMany(20_000);
    const rows = await all(queriesOf().dataModified({ after: 1499999999, upTo: 1500000000 }));
    expect(new Set(rows.map(({ path }) => path)).size).toBe(20_000);
    expect(rows).toHaveLength(20_000);
  });

  it('ends its process when its rows are no longer wanted', async () => {
    putMany(20_000);
    for await (const { path } of queriesOf().dataModified(EVER)) {
      expect(path).toMatch(/^\//);
      break;
    }
    expect(world.connections().made).toBe(1);
    expect(world.alive()).toEqual([]);
  });

  it('passes over rows that do not name their object, and tells of them', async () => {
    world.catalogue.installQuery(
      'dataModifiedPartial',
      'SELECT Data.data_id AS data_id FROM R_DATA_MAIN Data WHERE ? < ?',
    );
    const unreadable: unknown[] = [];
    const rows = queriesOf().dataModified({ after: 1, upTo: 2 }, { onUnreadable: (row) => unreadable.push(row) });
    expect(await all(rows)).toEqual([]);
    expect(unreadable).toContainEqual({ data_id: '14237451' });
  });

  it('is found under its alias with the text that is shipped', async () => {
    const queries = queriesOf();
    for (const { alias, sql } of shippedQueries()) expect(await queries.installedText(alias)).toBe(sql);
    world.catalogue.removeQuery('dataModifiedPartial');
    expect(await queries.installedText('dataModifiedPartial')).toBeUndefined();
  });
});

describe('when something fails, a specific query', () => {
  it.each([
    ['the server was down for a moment', 'server-down', 0],
    ['the connection breaks at once', 'lost-in-chunk', 0],
    ['the connection breaks in the middle', 'lost-in-chunk', 1],
    ['the process aborts', 'aborts-after', 0],
    ['the process ends early', 'ends-after', 0],
    ['the process is killed before the first row is whole', 'cuts-output', 20],
  ] as const)('is asked again when %s', async (_, fault, value) => {
    putMany(20);
    world.catalogue.fault(fault, value, 2);
    expect(await all(queriesOf().dataModified(EVER))).toHaveLength(20 + 7);
    const { made, refused } = world.connections();
    expect(made + refused).toBe(3);
  });

  it('that has given rows already is left to whoever read them', async () => {
    putMany(2000);
    world.catalogue.fault('cuts-output', 150_000, 1);
    const seen: unknown[] = [];
    const reading = (async () => {
      for await (const row of queriesOf().dataModified(EVER)) seen.push(row);
    })();
    await expect(reading).rejects.toMatchObject({ name: 'IrodsConnectionError', retryable: true });
    expect(seen.length).toBeGreaterThan(100);
    expect(world.connections().made).toBe(1);
  });

  it.each([
    ['is not installed', 'noSuchQuery', 'seq', -853000],
    ['is asked of a zone that is not there', 'dataModifiedPartial', 'nowhere', -26000],
  ])('fails for good when it %s', async (_, alias, zone, code) => {
    const refused = all(queriesOf({ zone }).rows(alias, ['1', '2']));
    await expect(refused).rejects.toMatchObject({ name: 'IrodsSetupError', code, retryable: false });
    expect(world.connections().made).toBe(1);
  });

  it('may be repeated when the database refuses it', async () => {
    const refused = all(queriesOf().rows('dataModifiedPartial', ['1']));
    await expect(refused).rejects.toMatchObject({ name: 'IrodsServerError', code: -806000, retryable: true });
  });

  it('fails when its alias is known in the other zone alone, which crashes baton', async () => {
    world.catalogue.installQuery('elsewhere', 'SELECT Data.data_id AS data_id FROM R_DATA_MAIN Data', 'other');
    await expect(all(queriesOf({ zone: 'other' }).rows('elsewhere', []))).rejects.toThrow(/SIGSEGV/);
  });

  it('fails when the answer is no JSON', async () => {
    world.catalogue.fault('garbles');
    await expect(all(queriesOf().dataModified(EVER))).rejects.toMatchObject({ name: 'BatonAnswerError' });
  });

  it('fails in time when no answer comes, though baton does not heed SIGTERM', async () => {
    world.catalogue.fault('hangs-after', 0, 1);
    const refused = all(queriesOf({ timeoutMs: 1000 }).dataModified(EVER));
    await expect(refused).rejects.toMatchObject({ name: 'BatonTimeoutError', retryable: true });
    expect(world.alive()).toEqual([]);
  });

  it('tells what baton complained of, though that comes after the end of its output', async () => {
    const binDir = putProgram(`exec 1>&-; sleep 0.3; echo 'ERROR Failed to log in to iRODS: -826000' >&2; exit 5`);
    const rows = all(queriesOf({ binDir }).dataModified(EVER));
    await expect(rows).rejects.toMatchObject({ name: 'IrodsSetupError', code: -826_000 });
  });

  it('fails in time when its output has ended and its process does not', async () => {
    const binDir = putProgram('exec 1>&-; exec sleep 60');
    const rows = all(queriesOf({ binDir, timeoutMs: 500 }).dataModified(EVER));
    await expect(rows).rejects.toMatchObject({ name: 'BatonTimeoutError' });
  });

  it('ends with the reason of its signal, and leaves no process behind', async () => {
    world.catalogue.fault('hangs-after', 0, 1);
    const abort = new AbortController();
    const refused = all(queriesOf().dataModified(EVER, { signal: abort.signal }));
    setTimeout(() => abort.abort(new Error('no longer wanted')), 200);
    await expect(refused).rejects.toThrow('no longer wanted');
    expect(world.alive()).toEqual([]);
  });

  it('closed in the middle, leaves no process behind', async () => {
    putMany(20_000);
    const queries = queriesOf();
    const rows = queries.dataModified(EVER);
    await rows.next();
    await queries.close();
    await expect(all(rows)).rejects.toMatchObject({ name: 'BatonClosedError' });
    await expect(all(queries.dataModified(EVER))).rejects.toMatchObject({ name: 'BatonClosedError' });
  });

  it('comes whole when it is written slowly and read slowly', async () => {
    putMany(100);
    world.catalogue.fault('writes-slowly', 2);
    const rows: unknown[] = [];
    for await (const row of queriesOf({ timeoutMs: 2000 }).dataModified(EVER)) {
      rows.push(row);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(rows).toHaveLength(107);
  });
});
