import type { Documents } from '../../cookiejar/cookie-jar.ts';
import { StoreRefusedError } from '../../cookiejar/errors.ts';
import { type OpenJar, openJar } from '../../cookiejar/open-jar.ts';
import { until } from '../support/ground.ts';
import { type TestJar, startTestJar } from '../support/jar.ts';
import { listed, size } from '../support/jar-contract.ts';
import { type FaultyProxy, startFaultyProxy } from '../support/jar-faults.ts';

let server: TestJar;
let proxy: FaultyProxy;
let open: OpenJar;
let documents: Documents;

beforeAll(async () => {
  server = await startTestJar();
});

afterAll(async () => server.stop());

beforeEach(async () => {
  proxy = await startFaultyProxy(server.url);
  open = await openJar({ url: proxy.url, database: server.newDatabase() });
  ({ documents } = open);
  // A node of a cluster may not know a new database at once.
  await documents.read(['d']);
});

afterEach(async () => {
  await open.close();
  await proxy.stop();
});

/** What was asked since so many requests, by the last part of its path. */
function requestsSince(index: number): string[] {
  return proxy.seen.slice(index).map(({ path }) => path.split('/').at(-1) ?? '');
}

async function count(id: string): Promise<number> {
  return documents.update(id, (body) => {
    const n = Number(body?.['n'] ?? 0) + 1;
    return { result: n, write: { n } };
  });
}

describe('the group commit', () => {
  it('reads for many callers with one request', async () => {
    const before = proxy.seen.length;
    await Promise.all(Array.from({ length: 50 }, async (_, n) => documents.read([`d${n}`, 'shared'])));
    expect(requestsSince(before)).toEqual(['_all_docs']);
  });

  it('changes many documents with one read and one write', async () => {
    const before = proxy.seen.length;
    await Promise.all(Array.from({ length: 100 }, async (_, n) => count(`d${n}`)));
    expect(requestsSince(before)).toEqual(['_all_docs', '_bulk_docs']);
  });

  it('opens and enriches many cookies with one request each way', async () => {
    const identifiers = Array.from({ length: 100 }, (_, n) => `/${n}`);
    let before = proxy.seen.length;
    await open.jar.enrich(identifiers.map((identifier) => ({ identifier, enrichments: [size(1)] })));
    expect(requestsSince(before)).toEqual(['_all_docs', '_bulk_docs']);
    before = proxy.seen.length;
    expect((await open.jar.open(identifiers)).every(({ known }) => known)).toBe(true);
    expect(requestsSince(before)).toEqual(['_all_docs']);
  });

  it('writes nothing where nothing changes', async () => {
    await count('d');
    const before = proxy.seen.length;
    expect(await documents.update('d', (body) => ({ result: body }))).toEqual({ n: 1 });
    expect(requestsSince(before)).toEqual(['_all_docs']);
  });

  it('chains several changes of one document into one write', async () => {
    const before = proxy.seen.length;
    const results = await Promise.all(Array.from({ length: 20 }, async () => count('d')));
    expect(results).toEqual(Array.from({ length: 20 }, (_, n) => n + 1));
    expect(requestsSince(before)).toEqual(['_all_docs', '_bulk_docs']);
  });

  it('lets a change that throws fail alone', async () => {
    const failing = documents.update('d', () => {
      throw new Error('mine alone');
    });
    const results = await Promise.allSettled([count('d'), failing, count('d')]);
    expect(results.map((result) => (result.status === 'fulfilled' ? result.value : String(result.reason)))).toEqual([
      1,
      'Error: mine alone',
      2,
    ]);
  });

  it('keeps what follows a removal apart from what came before it', async () => {
    await count('d');
    const remove = async (): Promise<boolean> =>
      documents.update('d', (body) => ({ result: body !== undefined, ...(body && { remove: true }) }));
    const see = async (): Promise<number | undefined> =>
      documents.update('d', (_, { deletedAt }) => ({ result: deletedAt }));
    expect(await Promise.all([count('d'), remove(), remove(), see(), count('d'), count('d')])).toEqual([
      2,
      true,
      false,
      3,
      1,
      2,
    ]);
  });

  it('keeps the requests of many writers below some megabytes', async () => {
    const text = 'x'.repeat(300_000);
    await Promise.all(
      Array.from({ length: 20 }, async (_, n) => documents.update(`d${n}`, () => ({ result: n, write: { text } }))),
    );
    const sizes = proxy.seen.filter(({ path }) => path.endsWith('_bulk_docs')).map(({ body }) => body.length);
    expect(Math.max(...sizes)).toBeLessThan(2.2 * 1024 * 1024);
    expect(await documents.read(['d19'])).toEqual(new Map([['d19', { text }]]));
  });

  it('lets a document that the store refuses fail alone', async () => {
    proxy.decide(({ path, body }) => (path.endsWith('_bulk_docs') && body.includes('poison') ? 413 : 'pass'));
    const results = await Promise.allSettled([...Array.from({ length: 20 }, (_, n) => `d${n}`), 'poison'].map(count));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(20);
    expect(results.at(-1)).toMatchObject({ status: 'rejected', reason: expect.any(StoreRefusedError) });
  });

  it('comes again when the last of several answers says, though it waits already', async () => {
    const before = proxy.seen.length;
    const askedAt: number[] = [];
    let toldAt = Infinity;
    let answerOther: () => void = () => {};
    const otherMayGo = new Promise<void>((resolve) => {
      answerOther = resolve;
    });
    const full = (headers: Record<string, string>) => ({ status: 429, body: '{"error":"too_many_requests"}', headers });
    proxy.decide(async ({ index }) => {
      askedAt.push(performance.now());
      if (index > before + 1) return 'pass';
      await until(() => askedAt.length === 2, 'both requests to be under way');
      if (index === before) {
        setTimeout(answerOther, 10);
        return full({ 'retry-after': '1' });
      }
      await otherMayGo;
      toldAt = performance.now();
      return full({ 'retry-after': '2' });
    });
    const first = documents.read(['first']);
    await until(() => askedAt.length === 1, 'the first request');
    const second = documents.read(['second']);
    await Promise.all([first, second]);
    const [next = 0] = askedAt.filter((at) => at > toldAt);
    expect(next - toldAt).toBeGreaterThanOrEqual(1_990);
  });

  it('does not let a document that breaks the store hold up the others for good', async () => {
    proxy.decide(({ path, body }) => (path.endsWith('_bulk_docs') && body.includes('poison') ? 500 : 'pass'));
    const poison = count('poison').catch((error: unknown) => String(error));
    await Promise.all(Array.from({ length: 20 }, async (_, n) => count(`d${n}`)));
    await open.close();
    expect(await poison).toContain('closed');
  }, 30_000);

  it('lists in pages, in code point order', async () => {
    const ids = Array.from({ length: 250 }, (_, n) => `l:${String(n).padStart(3, '0')}`);
    await Promise.all([...ids, 'k:', 'l;', 'm'].map(count));
    expect((await listed(documents.list('l:'))).map(({ id, body }) => [id, body])).toEqual(
      ids.map((id) => [id, { n: 1 }]),
    );
    expect(await listed(documents.listIds('l:', 'l:100'))).toEqual(ids.slice(101));
  });

  it('reads nothing for nobody', async () => {
    const before = proxy.seen.length;
    expect(await documents.read([])).toEqual(new Map());
    expect(requestsSince(before)).toEqual([]);
  });
});
