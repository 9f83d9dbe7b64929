import { SimilarReader } from '../../similarity/analysis/similar-reader.ts';
import { SimilarityAnalysis } from '../../similarity/analysis/similarity-analysis.ts';
import { ssdeepCompare } from '../../similarity/index.ts';
import pino from 'pino';
import type { Documents } from '../../cookiejar/cookie-jar.ts';
import { startTestJar, type TestJar } from '../support/jar.ts';
import { type Ground, memoryGround, openGround, scores } from './analysis-ground.ts';
import { goldenPairs } from './goldens.ts';

const FIRST = 'aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789';
const SECOND = 'zYxWvUtSrQpOnM';
const A = `96:${FIRST}:${SECOND}`;
const NEAR_A = `96:${FIRST.replace('LmNo', 'QQ')}:ZyX`;
const NEARER_A = `96:${FIRST}X:YxW`;
const FAR = '96:098765432poiuytrewqASDFGHJKLMNBV:QWERTYUIOPASDF';
const LONG = '/a'.repeat(2048);

describe('The similarity analysis', () => {
  let server: TestJar;
  let ground: Ground;

  beforeAll(async () => {
    server = await startTestJar();
  });
  afterAll(async () => server.stop());
  beforeEach(async () => {
    ground = await openGround(server);
  });
  afterEach(async () => ground.close());

  describe('keeps one relationship per pair of similar cookies', () => {
    it('with its measurements and the time when they were found', async () => {
      await ground.tell('/b', { ssdeep: A });
      await ground.tell('/a', { ssdeep: NEAR_A });
      await ground.tell('/c', { ssdeep: FAR });
      const before = new Date().toISOString();
      const outcome = await ground.analyse();
      const pairs = await ground.pairs();
      expect(scores(pairs)).toEqual({ '/a ~ /b': { ssdeep_similarity: ssdeepCompare(A, NEAR_A) } });
      const { ts = '' } = pairs.get('/a ~ /b') ?? {};
      expect(ts >= before && ts <= new Date().toISOString()).toBe(true);
      expect(outcome).toMatchObject({ cookies: 3, changed: 3, added: 1, changed_scores: 0, removed: 0, families: 1 });
      expect(outcome).toMatchObject({ largest_family: 2, overtaken: false });
    });

    it('whose scores and time change when the content does', async () => {
      await ground.tell('/a', { ssdeep: A });
      await ground.tell('/b', { ssdeep: NEAR_A });
      await ground.tell('/c', { ssdeep: NEARER_A });
      await ground.analyse();
      const before = await ground.pairs();
      await ground.tell('/b', { ssdeep: NEARER_A });
      expect(await ground.analyse()).toMatchObject({ changed: 1, added: 0, changed_scores: 2, removed: 0 });
      const after = await ground.pairs();
      expect(scores(after)).toEqual({
        '/a ~ /b': { ssdeep_similarity: ssdeepCompare(A, NEARER_A) },
        '/a ~ /c': { ssdeep_similarity: ssdeepCompare(A, NEARER_A) },
        '/b ~ /c': { ssdeep_similarity: 100 },
      });
      expect(after.get('/a ~ /c')).toEqual(before.get('/a ~ /c'));
      expect(after.get('/a ~ /b')?.ts).not.toBe(before.get('/a ~ /b')?.ts);
    });

    it.each([
      ['the content changed', async () => ground.tell('/b', { ssdeep: FAR }), {}],
      ['the file became empty', async () => ground.tell('/b', { ssdeep: '3::' }), {}],
      ['the cookie was deleted', async () => ground.jar.delete('/b'), {}],
      ['the threshold was raised', async () => undefined, { ssdeep_threshold: 100 }],
      ['the rules changed', async () => undefined, { comparison_type_rules: { png: ['*'] } }],
      ['digests are looked for elsewhere', async () => undefined, { digests: [{ source: 'x', key: 'y' }] }],
    ])('and removes it when %s', async (_, change, config) => {
      await ground.tell('/a', { ssdeep: A });
      await ground.tell('/b', { ssdeep: NEAR_A });
      await ground.analyse();
      expect((await ground.pairs()).size).toBe(1);
      await change();
      expect(await ground.analyse(config)).toMatchObject({ removed: 1, families: 0 });
      expect(scores(await ground.pairs())).toEqual({});
      expect(await new SimilarReader(ground.documents).families({ limit: 10, members: 10 })).toEqual([]);
    });

    it('also where it fell out of both lists of best neighbours', async () => {
      await ground.tell('/a', { ssdeep: A });
      await ground.tell('/b', { ssdeep: NEAR_A });
      await ground.analyse({ neighbours: 1 });
      expect(Object.keys(scores(await ground.pairs()))).toEqual(['/a ~ /b']);
      await ground.tell('/a2', { ssdeep: A });
      await ground.tell('/b2', { ssdeep: NEAR_A });
      await ground.analyse({ neighbours: 1 });
      expect(Object.keys(scores(await ground.pairs()))).toEqual(['/a ~ /a2', '/b ~ /b2']);
      await ground.jar.delete('/a2');
      await ground.analyse({ neighbours: 1 });
      expect(Object.keys(scores(await ground.pairs()))).toEqual(['/a ~ /b', '/b ~ /b2']);
    });

    it('and keeps its time through a change of the configuration that does not concern it', async () => {
      await ground.tell('/a', { ssdeep: A, tags: ['x'] });
      await ground.tell('/b', { ssdeep: NEAR_A, tags: ['x', 'y'] });
      await ground.analyse();
      const before = await ground.pairs();
      await ground.analyse({ ssdeep_threshold: 60, neighbours: 7 });
      expect(await ground.pairs()).toEqual(before);
      await ground.analyse({
        digests: [
          { source: 'digests', key: 'ssdeep' },
          { source: 'x', key: 'y' },
        ],
      });
      expect(await ground.pairs()).toEqual(before);
    });

    it('with both measurements where both are configured', async () => {
      await ground.tell('/a', { ssdeep: A, tags: ['x', 'y', 'z'] });
      await ground.tell('/b', { ssdeep: FAR, tags: ['x', 'y', 'z', 'w'] });
      await ground.tell('/c', { tags: ['x', 'y', 'z'] });
      await ground.analyse({ attributes: [{ source: 'digests', key: 'tags' }] });
      expect(scores(await ground.pairs())).toEqual({
        '/a ~ /b': { ssdeep_similarity: 0, attribute_similarity: 75 },
        '/a ~ /c': { attribute_similarity: 100 },
        '/b ~ /c': { attribute_similarity: 75 },
      });
    });

    it('only of types that the rules have compared', async () => {
      for (const [name, media_type] of [
        ['/p1', 'image/png'],
        ['/p2', 'image/png'],
        ['/j', 'image/jpeg'],
        ['/?', undefined],
      ] as const)
        await ground.tell(name, { ssdeep: A, ...(media_type && { media_type }) });
      await ground.analyse({ comparison_type_rules: { png: ['jpg', 'png'] } });
      expect(Object.keys(scores(await ground.pairs()))).toEqual(['/j ~ /p1', '/j ~ /p2', '/p1 ~ /p2']);
      await ground.tell('/j', { ssdeep: A, media_type: 'text/plain' });
      await ground.analyse({ comparison_type_rules: { png: ['jpg', 'png'] } });
      expect(Object.keys(scores(await ground.pairs()))).toEqual(['/p1 ~ /p2']);
    });

    it('also of cookies with very long identifiers', async () => {
      await ground.tell(`${LONG.slice(0, -1)}1`, { ssdeep: A });
      await ground.tell(`${LONG.slice(0, -1)}2`, { ssdeep: A });
      await ground.analyse();
      expect((await ground.pairs()).size).toBe(1);
      const { similar } =
        (await new SimilarReader(ground.documents).similarTo(`${LONG.slice(0, -1)}2`, { threshold: 0, limit: 5 })) ??
        {};
      expect(similar?.map(({ identifier }) => identifier)).toEqual([`${LONG.slice(0, -1)}1`]);
    });
  });

  it('leaves empty files out', async () => {
    await ground.tell('/a', { ssdeep: '3::' });
    await ground.tell('/b', { ssdeep: '3::' });
    expect(await ground.analyse()).toMatchObject({ cookies: 0, added: 0 });
    expect(await new SimilarReader(ground.documents).similarTo('/a', { threshold: 0, limit: 5 })).toBeUndefined();
  });

  it('reads only a few small documents when nothing has changed', async () => {
    for (const [at, ssdeep] of goldenPairs.digests.slice(0, 40).entries()) await ground.tell(`/${at}`, { ssdeep });
    await ground.analyse();
    const { documents, seen } = watched(ground.documents);
    expect(await ground.analyse({}, { documents })).toMatchObject({ changed: 0, compared: 0, cookies: 40 });
    await ground.jar.settle('/1', { knowledge: 'k', rulebook: 'r', job: 'j', at: new Date().toISOString() });
    seen.length = 0;
    await ground.analyse({}, { documents });
    const indexReads = seen.filter((id) => id.startsWith('similar-index:'));
    expect(indexReads).toHaveLength(1);
    seen.length = 0;
    await ground.analyse({}, { documents });
    expect(seen.filter((id) => !['similar-state', 'similar-manifest:a', 'similar-manifest:b'].includes(id))).toEqual(
      [],
    );
  });

  it('keeps a family of 3,000 nearly equal files within bounds, and names it', async () => {
    const identifiers = Array.from({ length: 3000 }, (_, at) => `/family/${String(at).padStart(4, '0')}`);
    await ground.jar.enrich(
      identifiers.map((identifier, at) => ({
        identifier,
        enrichments: [
          {
            source: 'digests',
            timestamp: '2026-01-05T06:00:00.000Z',
            metadata: { ssdeep: `96:${FIRST}${String(at % 1500).padStart(4, '0')}:abc` },
          },
        ],
      })),
    );
    const limits = { partBytes: 250_000, todoBytes: 250_000, roundCookies: 1200 };
    const outcome = await ground.analyse({ neighbours: 2 }, { limits });
    expect(outcome).toMatchObject({ cookies: 3000, overtaken: false });
    expect((await ground.pairs()).size).toBeLessThanOrEqual(3000 * 2);
    const reader = new SimilarReader(ground.documents);
    const [largest] = await reader.families({ limit: 3, members: 2 });
    expect(largest).toEqual({
      name: '/family/0000',
      size: outcome.largest_family,
      members: ['/family/0000', '/family/0001'],
    });
    expect(largest?.size).toBeGreaterThan(2500);
    const found = await reader.similarTo('/family/2999', { threshold: 0, limit: 20 });
    expect(found?.similar).toHaveLength(2);
    expect(found?.family?.name).toBe('/family/0000');
  }, 120_000);

  it('keeps its own documents small, however many cookies there are and however long their identifiers', async () => {
    const memory = memoryGround();
    for (let number = 0; number < 150; number += 1) {
      await memory.tell(`/${'x'.repeat(number % 3 === 0 ? 4000 : 20)}/${number}`, { ssdeep: A });
    }
    await memory.analyse({ neighbours: 10 }, { limits: { partBytes: 20_000, todoBytes: 20_000, roundCookies: 40 } });
    const sizes: number[] = [];
    for await (const { body } of memory.documents.list('similar')) sizes.push(JSON.stringify(body).length);
    expect(sizes.length).toBeGreaterThan(700);
    // A family's document names 50 members.
    expect(Math.max(...sizes)).toBeLessThan(50 * 4100);
    for await (const { body } of memory.documents.list('similar-index:')) {
      expect(JSON.stringify(body).length).toBeLessThan(25_000);
    }
  });

  it('finds the relationships of other times again when its state was lost, and removes those that no longer hold', async () => {
    for (const [name, ssdeep] of [
      ['/a', A],
      ['/b', NEAR_A],
      ['/c', NEAR_A],
    ] as const)
      await ground.tell(name, { ssdeep });
    await ground.analyse();
    const before = await ground.pairs();
    await ground.jar.delete('/c');
    await ground.documents.update('similar-state', () => ({ result: undefined, remove: true }));
    await ground.analyse();
    const after = await ground.pairs();
    expect([...after]).toEqual([...before].filter(([name]) => name === '/a ~ /b'));
    expect(await new SimilarReader(ground.documents).families({ limit: 9, members: 9 })).toEqual([
      { name: '/a', size: 2, members: ['/a', '/b'] },
    ]);
  });

  it('says that it is alive while it takes up what it knew before', async () => {
    const memory = memoryGround();
    const large = { partBytes: 1e7, todoBytes: 1e7, roundCookies: 100_000 };
    const updates = Array.from({ length: 3000 }, (_, at) => ({
      identifier: `/${at}`,
      enrichments: [{ source: 'digests', timestamp: '2026-01-05T06:00:00.000Z', metadata: { ssdeep: A } }],
    }));
    await memory.jar.enrich(updates);
    await memory.analyse({ neighbours: 2 }, { limits: large });
    await memory.tell('/new', { ssdeep: FAR });
    const stages: string[] = [];
    await memory.analyse({ neighbours: 2 }, { limits: large, progress: (stage) => stages.push(stage) });
    const first = stages.indexOf('comparing');
    const index = stages.indexOf('reading the index');
    // Entries, then their lists.
    expect(first - index).toBeGreaterThan(6);
  });

  it('ends when it is told to, and goes on the next time', async () => {
    for (const [at, ssdeep] of goldenPairs.digests.slice(0, 30).entries()) await ground.tell(`/${at}`, { ssdeep });
    const stop = new AbortController();
    const stages: string[] = [];
    const progress = (stage: string): void => {
      stages.push(stage);
      if (stage === 'writing the index') stop.abort(new Error('told to stop'));
    };
    await expect(ground.analyse({}, { signal: stop.signal, progress })).rejects.toThrow('told to stop');
    expect(stages).toContain('reading cookies');
    expect(await ground.analyse()).toMatchObject({ cookies: 30, overtaken: false });
  });

  it('runs as a periodic worker, and sums up for people what it did', async () => {
    await ground.tell('/a', { ssdeep: A });
    await ground.tell('/b', { ssdeep: A });
    const beats: unknown[] = [];
    const lines: string[] = [];
    const worker = new SimilarityAnalysis({
      worker: 'SimilarityAnalysis',
      config: { worker: { log_level: 'INFO', interval: 'hourly', ssdeep_threshold: 90 } },
      logger: pino({}, { write: (line: string) => lines.push(line) }),
      jar: ground.workerJar,
      signal: new AbortController().signal,
      startedAt: new Date(),
      heartbeat: (progress) => beats.push(progress),
    });
    expect(await worker.callback()).toEqual({
      cookies: 2,
      changed: 2,
      compared: expect.any(Number),
      added: 1,
      changed_scores: 0,
      removed: 0,
      families: 1,
      largest_family: 2,
      took_ms: expect.any(Number),
    });
    expect(beats).toContainEqual({ stage: 'reading cookies', done: 2 });
    expect(lines.join('')).toContain('2 of 2 cookies changed: 1 relationships added');
  });
});

/** The same documents, and the ids of those that are read or written through them. */
function watched(documents: Documents): { documents: Documents; seen: string[] } {
  const seen: string[] = [];
  return {
    seen,
    documents: {
      read: async (ids) => {
        seen.push(...ids);
        return documents.read(ids);
      },
      update: async (id, change) => {
        seen.push(id);
        return documents.update(id, change);
      },
      list: (prefix, after) => documents.list(prefix, after),
      listIds: (prefix, after) => documents.listIds(prefix, after),
    },
  };
}
