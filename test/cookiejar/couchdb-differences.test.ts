import { createServer } from 'node:http';
import { DocumentTooLargeError, StoreRefusedError } from '../../cookiejar/errors.ts';
import { parseRetryAfter } from '../../cookiejar/couchdb/retry-after.ts';
import { type OpenJar, openJar } from '../../cookiejar/open-jar.ts';
import { RulebookStore } from '../../rulebook/versions/rulebook-store.ts';
import { sha256 } from '../support/digests.ts';
import { type CouchLike, type CouchLikeOptions, startCouchLike } from '../support/couch-like.ts';
import { type TestJar, startEmbeddedJar } from '../support/jar.ts';
import { changesSince, size } from '../support/jar-contract.ts';
import { type FaultyProxy, startFaultyProxy } from '../support/jar-faults.ts';
import { until } from '../support/ground.ts';

let server: TestJar;
const ending: (() => Promise<void>)[] = [];

beforeAll(async () => {
  server = await startEmbeddedJar();
});

afterEach(async () => {
  for (const end of ending.splice(0).toReversed()) await end();
});

afterAll(async () => server.stop());

interface Behind {
  readonly open: OpenJar;
  readonly couch: CouchLike;
}

async function behind(likeness: CouchLikeOptions): Promise<Behind> {
  const couch = await startCouchLike(server.url, likeness);
  ending.push(async () => couch.stop());
  const open = await openJar({ url: couch.url, database: server.newDatabase(), batchMs: 1 });
  ending.push(async () => open.close());
  return { open, couch };
}

async function behindProxy(): Promise<{ open: OpenJar; proxy: FaultyProxy }> {
  const proxy = await startFaultyProxy(server.url);
  ending.push(async () => proxy.stop());
  const open = await openJar({ url: proxy.url, database: server.newDatabase(), batchMs: 1 });
  ending.push(async () => open.close());
  return { open, proxy };
}

async function write({ open }: Pick<Behind, 'open'>, id: string, bytes: number): Promise<void> {
  await open.documents.update(id, () => ({ result: undefined, write: { text: 'x'.repeat(bytes) } }));
}

function statuses({ couch }: Behind, status: number): number {
  return couch.answered.filter((answer) => answer.status === status).length;
}

const KILO = 1024;

describe('sizes', () => {
  it('a request that is too large for a proxy is cut, and later ones are small enough at once', async () => {
    const there = await behind({ maxRequestBytes: 100 * KILO });
    const writeAll = async (name: string): Promise<unknown> =>
      Promise.all(Array.from({ length: 40 }, async (_, n) => write(there, `${name}${n}`, 20 * KILO)));
    await writeAll('a');
    const refused = statuses(there, 413);
    expect(refused).toBeGreaterThan(0);
    await writeAll('b');
    expect(statuses(there, 413)).toBeLessThanOrEqual(refused + 1);
    expect((await there.open.documents.read(['a39', 'b39'])).size).toBe(2);
  });

  it('a document larger than CouchDB takes fails alone, before it is sent, and what else wants to change it does not', async () => {
    const there = await behind({});
    const others = [write(there, 'a', 10), write(there, 'd', 10), write(there, 'b', 10)];
    const large = write(there, 'd', 8_000_000);
    await expect(large).rejects.toThrow(DocumentTooLargeError);
    await expect(large).rejects.toThrow(/'d'.*8000\d+ bytes.*allowed are 8000000/);
    await Promise.all(others);
    expect(statuses(there, 413)).toBe(0);
  });

  it('a document larger than this one CouchDB is set to take fails alone', async () => {
    const there = await behind({ maxDocumentBytes: 50 * KILO });
    const writes = [60, 1, 2, 3, 4, 5].map(async (kilos) => write(there, `d${kilos}`, kilos * KILO));
    const outcomes = await Promise.allSettled(writes);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', ...Array.from({ length: 5 }, () => 'fulfilled')]);
    expect(outcomes[0]).toMatchObject({ reason: { status: 413, word: 'document_too_large' } });
  });

  it('a cookie that would grow too large keeps what it has, and takes what fits', async () => {
    const { open } = await behind({});
    const big = (n: number) => ({ ...size(n), source: `source-${n}`, metadata: { text: 'x'.repeat(1_000_000) } });
    for (let n = 1; n <= 7; n++) await open.jar.enrich([{ identifier: '/big', enrichments: [big(n)] }]);
    await expect(open.jar.enrich([{ identifier: '/big', enrichments: [big(8)] }])).rejects.toThrow(StoreRefusedError);
    const [outcome] = await open.jar.enrich([{ identifier: '/big', enrichments: [size(9)] }]);
    expect(outcome?.stored).toHaveLength(1);
    expect((await open.jar.fetch('/big'))?.enrichments).toHaveLength(8);
  });

  it('a rulebook of many megabytes is kept in parts', async () => {
    const { open } = await behind({ maxDocumentBytes: 3_000_000, maxRequestBytes: 3_500_000 });
    const text = 'const text = "\\u0000 😀";\n'.repeat(500_000);
    const store = new RulebookStore(open.documents);
    const bundle = { hash: sha256(text), text };
    await store.publish(bundle, [], '2026-01-05T06:00:00.000Z');
    expect((await store.load(bundle.hash)).text).toBe(text);
  });
});

describe('being let in', () => {
  it('begins a new session when one ends, once for all who are turned away', async () => {
    const there = await behind({ auth: 'cookie', sessionRequests: 5 });
    for (let n = 0; n < 30; n++) await there.open.jar.enrich([{ identifier: `/${n}`, enrichments: [size(1)] }]);
    expect(await there.open.jar.fetch('/29')).toBeDefined();
    const logins = there.couch.answered.filter(({ path }) => path === '/_session').length;
    expect(logins).toBeGreaterThan(5);
    expect(logins).toBeLessThan(30);
  });

  it('waits while a password that was right is not, so that no cookie suffers from it', async () => {
    const there = await behind({ auth: 'basic' });
    there.couch.lockOut(true);
    let isDone = false;
    const waiting = there.open.jar.enrich([{ identifier: '/a', enrichments: [size(1)] }]).finally(() => {
      isDone = true;
    });
    waiting.catch(() => {});
    await until(() => statuses(there, 401) > 0, 'the jar to be turned away');
    const turnedAway = statuses(there, 401);
    await new Promise(setImmediate);
    expect(isDone).toBe(false);
    // It does not knock again and again: CouchDB locks out who does.
    expect(statuses(there, 401) - turnedAway).toBeLessThanOrEqual(1);
  });
});

describe('being told to wait', () => {
  it.each([429, 503])('waits as long as a %i says', async (status) => {
    let asked: number[] = [];
    const slow = createServer((request, response) => {
      asked.push(performance.now());
      const isSecond = asked.length === 2;
      response.writeHead(isSecond ? 200 : status, { 'content-type': 'application/json', 'retry-after': '1' });
      response.end('{"ok":true}');
      request.resume();
    });
    await new Promise<void>((resolve) => {
      slow.listen(0, '127.0.0.1', resolve);
    });
    ending.push(async () => {
      slow.closeAllConnections();
      await new Promise((resolve) => {
        slow.close(resolve);
      });
    });
    const address = slow.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    asked = [];
    const open = await openJar({ url: `http://127.0.0.1:${port}`, database: 'any' });
    ending.push(async () => open.close());
    const [first = 0, second = 0] = asked;
    expect(second - first).toBeGreaterThanOrEqual(990);
  });

  it.each([
    ['3', 3000],
    [' 0 ', 0],
    ['Mon, 05 Jan 2026 06:00:30 GMT', 30_000],
    ['Mon, 05 Jan 2026 05:00:00 GMT', 0],
    ['99999999', 600_000],
    ['soon', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('reads Retry-After: %s', (header, ms) => {
    expect(parseRetryAfter(header, Date.UTC(2026, 0, 5, 6))).toBe(ms);
  });
});

describe('a cluster', () => {
  it('that has not heard of the database everywhere is waited for', async () => {
    const there = await behind({});
    await there.open.jar.enrich([{ identifier: '/a', enrichments: [size(1)] }]);
    expect(await there.open.jar.fetch('/a')).toBeDefined();
    expect(there.couch.answered.map(({ status }) => status)).toEqual(expect.arrayContaining([404, 412, 500]));
  });

  it.each([
    [412, 'nodedown'],
    [404, 'not_found'],
    [500, 'timeout'],
  ])('that answers %i %s for a while is waited for', async (status, error) => {
    const { open, proxy } = await behindProxy();
    let left = 3;
    proxy.decide(() => (left-- > 0 ? { status, body: JSON.stringify({ error, reason: 'for now' }) } : 'pass'));
    await open.jar.enrich([{ identifier: '/a', enrichments: [size(1)] }]);
    expect(await open.jar.fetch('/a')).toBeDefined();
  });

  it('is created by many at once', async () => {
    const database = server.newDatabase();
    const couch = await startCouchLike(server.url);
    ending.push(async () => couch.stop());
    const jars = await Promise.all(Array.from({ length: 6 }, async () => openJar({ url: couch.url, database })));
    await Promise.all(jars.map(async ({ jar }, n) => jar.enrich([{ identifier: `/${n}`, enrichments: [size(n)] }])));
    const positions = await Promise.all(jars.map(async ({ jar }) => jar.position()));
    expect(positions).toHaveLength(6);
    for (const { jar, close } of jars) {
      expect((await jar.open(['/0', '/5'])).every(({ known }) => known)).toBe(true);
      await close();
    }
  });

  it('tells changes again after it has lost a node, none less', async () => {
    const { open } = await behind({ rewoundRows: 3 });
    for (let n = 0; n < 5; n++) await open.jar.enrich([{ identifier: `/${n}`, enrichments: [size(1)] }]);
    const { position } = await changesSince(open.jar);
    await open.jar.enrich([{ identifier: '/new', enrichments: [size(1)] }]);
    const { deleted, anew } = await changesSince(open.jar, position);
    expect([...deleted.keys()]).toEqual(expect.arrayContaining(['/new']));
    expect(deleted.size).toBeGreaterThan(1);
    expect(anew).toBe(false);
  });

  it('whose documents are forbidden by one of its rules refuses those alone', async () => {
    const { open, proxy } = await behindProxy();
    proxy.decide(({ path, body }) =>
      path.endsWith('_bulk_docs') && body.includes('"bad"')
        ? { status: 201, body: JSON.stringify([{ id: 'bad', error: 'doc_validation', reason: 'Bad special member' }]) }
        : 'pass',
    );
    await expect(open.documents.update('bad', () => ({ result: 1, write: {} }))).rejects.toThrow(/'bad' with 400/);
    await expect(open.documents.update('good', () => ({ result: 1, write: {} }))).resolves.toBe(1);
  });
});

describe('JSON that went through Erlang', () => {
  it('is the same knowledge, whatever its numbers look like', async () => {
    const { open } = await behind({});
    const numbers = [1e21, 1e-7, 5e-324, 1.7976931348623157e308, 2 ** 53 + 2, 123456789012345680000, 0.1, -2.5];
    const odd = { ...size(1), metadata: { numbers, text: '1.0e21 \\" 2.50', 'key 3.0': [1, -0.5e-10] } };
    const [first] = await open.jar.enrich([{ identifier: '/n', enrichments: [odd] }]);
    expect([...((await open.jar.fetch('/n'))?.enrichments ?? [])]).toEqual([odd]);
    const [again] = await open.jar.enrich([{ identifier: '/n', enrichments: [odd] }]);
    expect(again).toEqual({ ...first, stored: [] });
    const later = { ...odd, timestamp: '2026-02-05T06:00:00.000Z' };
    expect((await open.jar.enrich([{ identifier: '/n', enrichments: [later] }]))[0]?.stored).toEqual([]);
  });
});
