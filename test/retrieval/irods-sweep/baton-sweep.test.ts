import { pino } from 'pino';
import type { JsonObject, JsonValue } from '../../../cookiejar/json.ts';
import { type OpenJar, openJar } from '../../../cookiejar/open-jar.ts';
import { createWorkerJar } from '../../../periodic/worker-jar.ts';
import { sweepQueries } from '../../../retrieval/irods/shipped-queries.ts';
import { knownObject } from '../../../retrieval/irods/sweep/known-object.ts';
import { listRetrievals } from '../../../retrieval/retrieval-log.ts';
import { shippedWorkers } from '../../../retrieval/shipped-workers.ts';
import { type IrodsWorld, irodsWorld } from '../../support/irods/irods-world.ts';
import { startTestJar, type TestJar } from '../../support/jar.ts';

let server: TestJar;
let zone: IrodsWorld;
let opened: OpenJar;
let beats: (JsonValue | undefined)[];
let warnings: string[];

beforeAll(async () => {
  server = await startTestJar();
});

afterAll(async () => server.stop());

beforeEach(async () => {
  zone = irodsWorld('empty');
  for (const { alias, sql } of sweepQueries()) zone.catalogue.installQuery(alias, sql);
  opened = await openJar({ url: server.url, database: server.newDatabase(), batchMs: 1 });
  beats = [];
  warnings = [];
});

afterEach(async () => {
  expect(zone.alive()).toEqual([]);
  await opened.close();
  zone.close();
});

async function sweep(lastProgress?: JsonValue, startedAt = new Date()): Promise<JsonObject> {
  const worker = shippedWorkers['IrodsSweep']?.create({
    worker: 'IrodsSweep',
    config: { worker: { interval: 'daily', collections: ['/seq'], rate: 500, timeout: '20 s' } },
    logger: pino({ level: 'warn' }, { write: (line: string) => warnings.push(line) }),
    jar: createWorkerJar({ jar: opened.jar, documents: opened.documents, wake: async () => {} }),
    startedAt,
    signal: new AbortController().signal,
    heartbeat: (progress) => beats.push(progress),
    ...(lastProgress === undefined ? {} : { lastProgress }),
    leaveOut: [],
    batonBinDir: zone.bin,
  });
  return (await worker?.callback()) as JsonObject;
}

function fill(count: number): string[] {
  const paths = Array.from({ length: count }, (_, index) => `/seq/it's "${index % 4}"/ünï#${index}.cram`);
  zone.catalogue.together(() => {
    for (const [index, path] of paths.entries()) {
      zone.catalogue.putObject(path, { replicas: [{ checksum: `sum ${index}` }, { status: 0 }] });
      zone.catalogue.addAvu(path, { attribute: 'sample', value: `s${index}` });
    }
  });
  return paths;
}

/** What is known of an object's samples. */
async function samples(path: string): Promise<readonly string[]> {
  return [...(knownObject(await opened.jar.fetch(path))?.attributes.get('sample') ?? [])];
}

describe('a sweep through baton', () => {
  it('knows a zone whole, sees what changes, and keeps no more connections than it may', async () => {
    const paths = fill(40);
    const [removed = '', changed = '', renamed = ''] = paths;
    expect(await sweep()).toMatchObject({ new: 40, agreed: 0, unreadable: 0, stored: 40 });
    zone.catalogue.remove(removed);
    zone.catalogue.setAvu(changed, { attribute: 'sample', value: 'other' });
    zone.catalogue.rename(renamed, `${renamed} renamed`);
    expect(await sweep()).toMatchObject({ agreed: 37, changed: 1, gone: 1, renamed: 1, new: 0, stored: 4 });
    expect(await samples(changed)).toEqual(['other']);
    expect(await samples(`${renamed} renamed`)).toEqual(['s2']);
    expect(await sweep()).toMatchObject({ agreed: 39, changed: 0, gone: 0, renamed: 0, new: 0, stored: 0 });
    expect(warnings).toEqual([]);
    const listing = zone.catalogue.journal().filter(({ program }) => program === 'baton-do');
    expect(new Set(listing.map(({ pid }) => pid)).size).toBeLessThanOrEqual(3 * 4);
    expect(await listRetrievals(opened.documents, 'IrodsSweep')).toMatchObject([
      { stored: 0, failure: null },
      { stored: 4, failure: null },
      { stored: 40, failure: null },
    ]);
  });

  it('does without the query for ids, and says what it misses', async () => {
    zone.catalogue.removeQuery('dataIdsInCollection');
    const [path = ''] = fill(3);
    expect(await sweep()).toMatchObject({ new: 3 });
    zone.catalogue.rename(path, `${path} renamed`);
    expect(await sweep()).toMatchObject({ renamed: 0, gone: 1, new: 1, agreed: 2 });
    expect(warnings.join('')).toContain('dataIdsInCollection is not installed');
  });

  it('survives processes that die or lose their connection', async () => {
    const paths = fill(30);
    zone.catalogue.fault('aborts-after', 3, 2);
    zone.catalogue.fault('lost-after', 5, 2);
    zone.catalogue.fault('ends-after', 4, 2);
    const { new: found, unreadable } = await sweep();
    expect(Number(found) + Number(unreadable)).toBe(30);
    expect(Number(unreadable)).toBeLessThanOrEqual(1);
    expect(await sweep()).toMatchObject({ new: unreadable, agreed: found, unreadable: 0, gone: 0 });
    for (const [index, path] of paths.entries()) expect(await samples(path)).toEqual([`s${index}`]);
  });

  it('fails while the server is down, without a wrong word, and is whole when it is repeated', async () => {
    const paths = fill(10);
    await sweep();
    zone.catalogue.remove(paths[0] ?? '');
    zone.catalogue.fault('server-down');
    const startedAt = new Date();
    await expect(sweep(undefined, startedAt)).rejects.toMatchObject({ name: 'IrodsConnectionError' });
    zone.catalogue.clearFaults();
    expect(await sweep(beats.at(-1), startedAt)).toMatchObject({ agreed: 9, gone: 1 });
  });
});
