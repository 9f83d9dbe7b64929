import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JarClosedError, StoreUnavailableError } from '../../cookiejar/errors.ts';
import { type OpenJar, openJar } from '../../cookiejar/open-jar.ts';
import { startJarServer } from '../../embedded/jar/server.ts';
import { type TestJar, startTestJar } from '../support/jar.ts';
import { listed, size } from '../support/jar-contract.ts';
import { type Fault, type FaultyProxy, type SeenRequest, startFaultyProxy } from '../support/jar-faults.ts';

let server: TestJar;
let proxy: FaultyProxy;
let open: OpenJar;
let said: string[];

beforeAll(async () => {
  server = await startTestJar();
});

afterAll(async () => server.stop());

beforeEach(async () => {
  said = [];
  const note = (_: object, message: string): void => void said.push(message);
  proxy = await startFaultyProxy(server.url);
  open = await openJar({
    url: proxy.url,
    database: server.newDatabase(),
    requestTimeoutMs: 300,
    logger: { info: note, warn: note },
  });
});

afterEach(async () => {
  await open.close();
  await proxy.stop();
});

/** Adds so many enrichments to a few cookies, all at once, and checks that each is there once. */
async function enrichAll(): Promise<void> {
  const updates = Array.from({ length: 60 }, (_, n) => ({ identifier: `/${n % 7}`, enrichments: [size(n, n)] }));
  const outcomes = await Promise.all(updates.map(async (update) => open.jar.enrich([update])));
  for (const [n, [outcome]] of outcomes.entries()) expect(outcome?.identifier).toBe(updates[n]?.identifier);
  const opened = await open.jar.open(Array.from({ length: 7 }, (_, n) => `/${n}`));
  const found = opened.flatMap(({ cookie }) => [...cookie.enrichments]);
  expect(found.map(({ metadata }) => metadata['size']).toSorted((a, b) => Number(a) - Number(b))).toEqual(
    Array.from({ length: 60 }, (_, n) => n),
  );
}

/** Goes wrong so many times, then never again. */
function times(count: number, fault: Fault, applies: (request: SeenRequest) => boolean = () => true) {
  let left = count;
  return (request: SeenRequest): Fault => (applies(request) && left-- > 0 ? fault : 'pass');
}

describe('an outage loses nothing and doubles nothing', () => {
  it.each<[string, Fault]>([
    ['the connection is cut before the store has read the request', 'cut'],
    ['the answer is lost', 'lose-answer'],
    ['the answer is cut off in the middle', 'cut-answer'],
    ['the store never answers', 'hang'],
    ['the store answers 500', 500],
    ['the store answers 503', 503],
    ['the store answers 429', 429],
  ])('when %s', async (_, fault) => {
    const faults = 4;
    proxy.decide(times(faults, fault));
    await enrichAll();
    // Requests are under way side by side: the answer to a later one may come before the fault of an earlier one shows.
    const told = ['CouchDB does not answer; trying until it does', 'CouchDB answers again'];
    expect(said).toEqual(Array.from({ length: said.length / 2 }, () => told).flat());
    expect(said.length).toBeGreaterThan(0);
    expect(said.length).toBeLessThanOrEqual(faults * told.length);
  });

  it('when answers to writes are lost again and again', async () => {
    proxy.decide(times(6, 'lose-answer', ({ path }) => path.endsWith('_bulk_docs')));
    await enrichAll();
  });

  it('when every third request goes wrong in some way', async () => {
    const faults: Fault[] = ['cut', 'lose-answer', 500, 'cut-answer', 429];
    proxy.decide(({ index }) => (index % 3 === 0 ? (faults[(index / 3) % faults.length] ?? 'cut') : 'pass'));
    await enrichAll();
  });

  it('when something answers in the place of the store', async () => {
    const { url } = proxy;
    proxy.decide(times(2, 200));
    await enrichAll();
    expect(url).toBe(proxy.url);
  });
});

describe('while the store does not answer', () => {
  it('a deletion whose answer was lost still says that there was a cookie', async () => {
    await open.jar.enrich([{ identifier: '/a', enrichments: [size(1)] }]);
    proxy.decide(times(1, 'lose-answer', ({ path }) => path.endsWith('_bulk_docs')));
    expect(await open.jar.delete('/a')).toBeDefined();
    expect(await open.jar.fetch('/a')).toBeUndefined();
  });

  it('a write whose answer was lost does not bring back a cookie deleted since', async () => {
    const other = await openJar({ url: server.url, database: databaseOf(proxy) });
    let isLost = false;
    proxy.decide(async ({ path }) => {
      if (isLost) await deleteOnce(other);
      const lose = !isLost && path.endsWith('_bulk_docs');
      isLost ||= lose;
      return lose ? 'lose-answer' : 'pass';
    });
    const [outcome] = await open.jar.enrich([{ identifier: '/a', enrichments: [size(1)] }]);
    expect(outcome).toMatchObject({ stored: [size(1)], unsettled: false });
    expect(await other.jar.fetch('/a')).toBeUndefined();
    await other.close();
  });

  it('listing waits and goes on where it was', async () => {
    await open.jar.enrich(Array.from({ length: 30 }, (_, n) => ({ identifier: `/${n}`, enrichments: [size(1)] })));
    proxy.decide(times(3, 'cut'));
    expect(await listed(open.jar.identifiers(''))).toHaveLength(30);
  });

  it('closing ends all waiting', async () => {
    proxy.decide(() => 503);
    const waiting = [open.jar.fetch('/a'), open.jar.enrich([{ identifier: '/a', enrichments: [size(1)] }])];
    const listing = listed(open.jar.identifiers(''));
    await open.close();
    for (const one of [...waiting, listing]) await expect(one).rejects.toThrow(JarClosedError);
    await expect(open.jar.fetch('/a')).rejects.toThrow(JarClosedError);
  });

  it('a health check says so at once', async () => {
    await expect(open.ping()).resolves.toBeUndefined();
    proxy.decide(() => 'cut');
    await expect(open.ping()).rejects.toThrow(StoreUnavailableError);
  });
});

describe('a server that is stopped and started again', () => {
  it('finds all work done in the end', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cookie-monster-outage-'));
    let embedded = await startJarServer({ folder, port: 0 });
    const { port, url } = embedded;
    const { jar, close } = await openJar({ url, database: 'jar' });
    let settled = 0;
    const writes = Promise.all(
      Array.from({ length: 40 }, async (_, n) => {
        for (let m = 0; m < 5; m++) await jar.enrich([{ identifier: `/${n}`, enrichments: [size(m, m)] }]);
        settled++;
      }),
    );
    await embedded.close();
    expect(settled).toBeLessThan(40);
    embedded = await startJarServer({ folder, port });
    await writes;
    const opened = await jar.open(Array.from({ length: 40 }, (_, n) => `/${n}`));
    expect(opened.map(({ cookie }) => cookie.enrichments.length)).toEqual(Array.from({ length: 40 }, () => 5));
    await close();
    await embedded.close();
    await rm(folder, { recursive: true });
  });
});

async function deleteOnce(other: OpenJar): Promise<void> {
  if (await other.jar.fetch('/a')) await other.jar.delete('/a');
}

/** The database that the requests so far were about. */
function databaseOf({ seen }: FaultyProxy): string {
  return seen[0]?.path.split('/')[1] ?? '';
}
