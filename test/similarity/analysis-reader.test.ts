import { SimilarReader } from '../../similarity/analysis/similar-reader.ts';
import { ssdeepCompare } from '../../similarity/index.ts';
import { startTestJar, type TestJar } from '../support/jar.ts';
import { HaltingDocuments } from './analysis-model.ts';
import { type Ground, openGround } from './analysis-ground.ts';

const FIRST = 'aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789';
const SECOND = 'zYxWvUtSrQpOnM';
const DIGESTS = {
  '/a': `96:${FIRST}:${SECOND}`,
  '/b': `96:${FIRST.slice(3)}Xyz:abc`,
  '/c': `96:${FIRST.slice(9)}QweRtz:def`,
  '/same': `96:${FIRST}:${SECOND}`,
  '/x': '96:098765432poiuytrewqASDFGHJKLMNBV:QWERTYUIOPASDF',
  '/y': '96:098765432poiuytrewqASDFGHJKLMNBX:QWERTYUIOPASDF',
} as const;

describe('Reading what the similarity analysis has found', () => {
  let server: TestJar;
  let ground: Ground;
  let reader: SimilarReader;

  beforeAll(async () => {
    server = await startTestJar();
  });
  afterAll(async () => server.stop());
  beforeEach(async () => {
    ground = await openGround(server);
    reader = new SimilarReader(ground.documents);
    for (const [identifier, ssdeep] of Object.entries(DIGESTS)) await ground.tell(identifier, { ssdeep });
  });
  afterEach(async () => ground.close());

  it('tells nothing of anybody before the first run', async () => {
    expect(await reader.similarTo('/a', { threshold: 0, limit: 10 })).toBeUndefined();
    expect(await reader.families({ limit: 10, members: 10 })).toEqual([]);
  });

  it('tells the most similar first, with scores, time and family', async () => {
    await ground.analyse({ ssdeep_threshold: 40 });
    const pairs = await ground.pairs();
    const found = await reader.similarTo('/a', { threshold: 0, limit: 10 });
    expect(found).toEqual({
      similar: (['/same', '/b', '/c'] as const).map((identifier) => ({
        identifier,
        measurements: { ssdeep_similarity: ssdeepCompare(DIGESTS['/a'], DIGESTS[identifier]) },
        ts: pairs.get(['/a', identifier].toSorted().join(' ~ '))?.ts,
      })),
      family: { name: '/a', size: 4, members: ['/a', '/b', '/c', '/same'] },
    });
  });

  it('tells only those that score higher than the threshold, and no more than asked for', async () => {
    await ground.analyse({ ssdeep_threshold: 40 });
    const worst = ssdeepCompare(DIGESTS['/a'], DIGESTS['/c']);
    const names = async (threshold: number, limit: number): Promise<string[] | undefined> =>
      (await reader.similarTo('/a', { threshold, limit }))?.similar.map(({ identifier }) => identifier);
    expect(await names(worst - 1, 10)).toEqual(['/same', '/b', '/c']);
    expect(await names(worst, 10)).toEqual(['/same', '/b']);
    expect(await names(0, 1)).toEqual(['/same']);
    expect(await names(100, 10)).toEqual([]);
  });

  it('tells of a cookie without similar ones that there are none, and nothing of an unknown one', async () => {
    await ground.tell('/alone', { ssdeep: '24:qwertzuiopasdfghjklyxcvbnm:mnbvcxylkjhgf' });
    await ground.analyse();
    expect(await reader.similarTo('/alone', { threshold: 0, limit: 10 })).toEqual({ similar: [] });
    expect(await reader.similarTo('/unknown', { threshold: 0, limit: 10 })).toBeUndefined();
  });

  it('tells the largest families, and as many members as asked for', async () => {
    await ground.analyse({ ssdeep_threshold: 40 });
    expect(await reader.families({ limit: 10, members: 2 })).toEqual([
      { name: '/a', size: 4, members: ['/a', '/b'] },
      { name: '/x', size: 2, members: ['/x', '/y'] },
    ]);
    expect(await reader.families({ limit: 1, members: 1 })).toEqual([{ name: '/a', size: 4, members: ['/a'] }]);
    expect(await reader.families({ limit: 0, members: 1 })).toEqual([]);
    await ground.jar.delete('/same');
    await ground.jar.delete('/c');
    await ground.jar.delete('/b');
    await ground.analyse({ ssdeep_threshold: 40 });
    expect(await reader.families({ limit: 10, members: 5 })).toEqual([{ name: '/x', size: 2, members: ['/x', '/y'] }]);
  });

  it('goes on telling while a run writes, and follows the parts of the index as they split', async () => {
    await ground.analyse();
    expect(await reader.similarTo('/x', { threshold: 0, limit: 1 })).toMatchObject({ similar: [{ identifier: '/y' }] });
    for (let number = 0; number < 60; number += 1) await ground.tell(`/more/${number}`, { ssdeep: DIGESTS['/b'] });
    const limits = { roundCookies: 10 };
    for (const haltAt of [3, 20, 60, 150, 400]) {
      const documents = new HaltingDocuments(ground.documents, haltAt);
      const run = ground.analyse({ neighbours: 3 }, { documents, limits });
      await Promise.race([documents.halted, run]);
      const found = await reader.similarTo('/x', { threshold: 0, limit: 1 });
      expect(found).toMatchObject({ similar: [{ identifier: '/y' }], family: { name: '/x' } });
      documents.goOn();
      await run;
    }
  });
});
