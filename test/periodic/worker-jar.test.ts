import { BiscuitTin } from '../../cookiejar/biscuit-tin.ts';
import { createWorkerJar, type WorkerJar } from '../../periodic/worker-jar.ts';
import { instant } from '../support/jar-arbitraries.ts';
import { changesSince, listed } from '../support/jar-contract.ts';
import { MemoryDocuments } from '../support/jar-memory.ts';

let jar: WorkerJar;

beforeEach(async () => {
  const documents = new MemoryDocuments();
  jar = createWorkerJar({ jar: new BiscuitTin(documents), documents, wake: async () => {} });
  for (const identifier of ['/b', '/a', '/c']) {
    await jar.enrich(identifier, { source: 's', timestamp: instant(0), metadata: {} });
  }
});

describe("a worker's jar", () => {
  it('goes over all cookies, whole and in order', async () => {
    const seen: [string, number][] = [];
    for await (const { identifier, enrichments } of jar) seen.push([identifier, enrichments.length]);
    expect(seen).toEqual([
      ['/a', 1],
      ['/b', 1],
      ['/c', 1],
    ]);
  });

  it('goes on behind a cookie, and stays with a prefix', async () => {
    const behind = await listed(jar.cookies({ after: '/a' }));
    expect(behind.map(({ identifier }) => identifier)).toEqual(['/b', '/c']);
    const within = await listed(jar.cookies({ prefix: '/a' }));
    expect(within.map(({ identifier }) => identifier)).toEqual(['/a']);
  });

  it('reads many at once, and tells what has changed', async () => {
    expect([...(await jar.fetchAll(['/a', '/x', '/c'])).keys()]).toEqual(['/a', '/c']);
    const position = await jar.position();
    expect((await changesSince(jar)).deleted.size).toBe(3);
    await jar.enrich('/b', { source: 's', timestamp: instant(1), metadata: { n: 1 } });
    expect([...(await changesSince(jar, position)).deleted.keys()]).toEqual(['/b']);
  });

  it('stores and wakes what can be stored beside a damaged cookie, and tells of that one', async () => {
    const documents = new MemoryDocuments();
    const woken: string[] = [];
    const wake = async (identifier: string): Promise<void> => {
      woken.push(identifier);
    };
    jar = createWorkerJar({ jar: new BiscuitTin(documents), documents, wake });
    await documents.update('cookie:/bad', () => ({ result: undefined, write: { enrichments: 'none' } }));
    const seen = { source: 's', timestamp: instant(0), metadata: {} };
    const done = await jar.enrichAll(
      ['/1', '/2', '/bad', '/3', '/4'].map((identifier) => ({ identifier, enrichments: [seen] })),
    );
    expect(done.refused).toMatchObject([{ identifier: '/bad', error: { name: 'CorruptDocumentError' } }]);
    expect(woken.toSorted()).toEqual(['/1', '/2', '/3', '/4']);
    await expect(jar.enrich('/bad', seen)).rejects.toThrow('cookie:/bad');
  });
});
