import fc from 'fast-check';
import type { FeatureSet } from '../../similarity/attributes/feature-set.ts';
import {
  InvalidDigestError,
  InvalidFeaturesError,
  InvalidLimitError,
  InvalidThresholdError,
} from '../../similarity/errors.ts';
import {
  NeighbourEngine,
  type NeighbourEntry,
  type NeighbourOptions,
  type SimilarEntry,
} from '../../similarity/neighbours/neighbour-engine.ts';
import { ssdeepCompare } from '../../similarity/index.ts';
import { anyBatches, type Batch } from './entry-arbitrary.ts';
import { goldenPairs } from './goldens.ts';
import { neighboursByHand } from './neighbours-by-hand.ts';

const IDS = Array.from({ length: 14 }, (_, number) => `/zone/${number}`);

/** Apks are compared with all, others with apks only. */
const comparable = (one: string, other: string): boolean => one === 'apk' || other === 'apk';

const anyThreshold = fc.constantFrom(undefined, 0, 20, 60, 60, 75.5, 99, 100);

const anyOptions: fc.Arbitrary<NeighbourOptions> = fc
  .record({
    neighbours: fc.integer({ min: 1, max: 5 }),
    ssdeep: anyThreshold,
    attributes: anyThreshold,
    indexedFrom: fc.constantFrom(1, 3, 1000),
  })
  .map(({ neighbours, ssdeep, attributes, indexedFrom }) => ({
    neighbours,
    comparable,
    indexedFrom,
    ...(ssdeep !== undefined && { ssdeepThreshold: ssdeep }),
    ...(attributes !== undefined && { attributeThreshold: attributes }),
  }));

function listsOf(engine: NeighbourEngine): Map<string, SimilarEntry[]> {
  return new Map([...engine.ids()].toSorted().map((id) => [id, engine.neighboursOf(id) ?? []]));
}

function apply(entries: Map<string, NeighbourEntry>, { changed, removed }: Batch): void {
  for (const id of removed) entries.delete(id);
  for (const entry of changed) entries.set(entry.id, entry);
}

function sorted(entries: ReadonlyMap<string, NeighbourEntry>): NeighbourEntry[] {
  return [...entries.values()].toSorted((one, other) => (one.id < other.id ? -1 : 1));
}

function different(before: Map<string, SimilarEntry[]>, after: Map<string, SimilarEntry[]>): string[] {
  return [...after]
    .filter(([id, list]) => JSON.stringify(list) !== JSON.stringify(before.get(id) ?? []))
    .map(([id]) => id);
}

/** An engine as a later run makes it from what an earlier one left. */
function restored(
  engine: NeighbourEngine,
  entries: ReadonlyMap<string, NeighbourEntry>,
  options: NeighbourOptions,
): NeighbourEngine {
  const again = new NeighbourEngine(options);
  for (const entry of entries.values()) again.restoreEntry(entry);
  for (const [id, list] of listsOf(engine)) again.restoreNeighbours(id, list);
  return again;
}

const ALL = { comparable: () => true };

function features(...hashes: number[]): FeatureSet {
  return { hashes, weights: hashes.map(() => 1) };
}

describe('NeighbourEngine', () => {
  it('keeps, after any changes, what comparing all with all gives, and names those whose neighbours changed', async () => {
    await fc.assert(
      fc.asyncProperty(anyBatches(IDS), anyOptions, async (batches, options) => {
        const engine = new NeighbourEngine(options);
        const entries = new Map<string, NeighbourEntry>();
        for (const batch of batches) {
          const before = listsOf(engine);
          const answered = await engine.update(batch);
          apply(entries, batch);
          expect(listsOf(engine)).toEqual(neighboursByHand(sorted(entries), options));
          expect(answered.toSorted()).toEqual(different(before, listsOf(engine)));
        }
      }),
      { numRuns: 150 },
    );
  });

  it('goes on from what an earlier run kept as if it had never ended', async () => {
    await fc.assert(
      fc.asyncProperty(anyBatches(IDS), anyOptions, async (batches, options) => {
        let engine = new NeighbourEngine(options);
        const entries = new Map<string, NeighbourEntry>();
        for (const batch of batches) {
          engine = restored(engine, entries, options);
          await engine.update(batch);
          apply(entries, batch);
          expect(listsOf(engine)).toEqual(neighboursByHand(sorted(entries), options));
        }
      }),
      { numRuns: 100 },
    );
  });

  it('finds what kept lists lack when entries named in them are not restored', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyBatches(IDS),
        anyOptions,
        fc.subarray(IDS),
        fc.boolean(),
        async (batches, options, lost, given) => {
          const whole = new NeighbourEngine(options);
          const entries = new Map<string, NeighbourEntry>();
          for (const batch of batches) apply(entries, batch);
          await whole.update({ changed: entries.values() });
          const kept = new Map([...entries].filter(([id]) => !lost.includes(id)));
          const engine = restored(whole, kept, options);
          await engine.update({ changed: given ? entries.values() : [] });
          expect(listsOf(engine)).toEqual(neighboursByHand(sorted(given ? entries : kept), options));
        },
      ),
      { numRuns: 100 },
    );
  });

  it('gives both measurements of those that one of them makes similar', async () => {
    const engine = new NeighbourEngine({ ...ALL, neighbours: 5, ssdeepThreshold: 60, attributeThreshold: 50 });
    const digest = '768:abcdefghijklmnop:qrstuvwxyzab';
    const other = '768:abcdefghijklmnoP:qrstuvwxyzAB';
    await engine.update({
      changed: [
        { id: 'a', kind: '', digest, features: features(1, 2, 3) },
        { id: 'b', kind: '', digest: other, features: features(3, 4, 5) },
        { id: 'c', kind: '', digest: '12:nothing:like+it', features: features(1, 2, 3) },
        { id: 'd', kind: '', digest: other },
      ],
    });
    expect(engine.neighboursOf('a')).toEqual([
      { id: 'c', measurements: { ssdeep_similarity: 0, attribute_similarity: 100 } },
      { id: 'b', measurements: { ssdeep_similarity: ssdeepCompare(digest, other), attribute_similarity: 20 } },
      { id: 'd', measurements: { ssdeep_similarity: ssdeepCompare(digest, other) } },
    ]);
  });

  it('keeps no more than asked for of thousands that say the same or nearly, those first whose ids come first', async () => {
    const engine = new NeighbourEngine({ ...ALL, neighbours: 2, ssdeepThreshold: 60, attributeThreshold: 60 });
    const digest = goldenPairs.digests.at(-1) ?? '';
    const id = (number: number): string => `/zone/${String(number).padStart(5, '0')}`;
    const numbers = Array.from({ length: 20_000 }, (_, number) => number);
    await engine.update({
      changed: numbers.map((number) => ({
        id: id(number),
        kind: '',
        ...(number % 2 === 0 ? { digest } : { features: features(1, 2, 3, 4) }),
      })),
    });
    const named = (number: number): string[] =>
      (engine.neighboursOf(id(number)) ?? []).map((neighbour) => neighbour.id);
    expect([named(0), named(2), named(19_998)]).toEqual([
      [id(2), id(4)],
      [id(0), id(4)],
      [id(0), id(2)],
    ]);
    expect([named(1), named(19_999)]).toEqual([
      [id(3), id(5)],
      [id(1), id(3)],
    ]);
    const changed = await engine.update({ changed: [{ id: '/first', kind: '', digest }], removed: [id(2)] });
    expect(changed).toHaveLength(10_000);
    expect([named(0), named(19_998)]).toEqual([
      ['/first', id(4)],
      ['/first', id(0)],
    ]);
  });

  it('finds by index and by looking through all the same of real digests, at once or in turns', async () => {
    const entries = goldenPairs.digests.slice(0, 600).map((digest, number) => ({ id: `${number}`, kind: '', digest }));
    const lists = await Promise.all(
      [1, 10_000].map(async (indexedFrom) => {
        const engine = new NeighbourEngine({ ...ALL, neighbours: 3, ssdeepThreshold: 30, indexedFrom });
        if (indexedFrom > 1) await engine.update({ changed: entries });
        else for (const part of [0, 1, 2]) await engine.update({ changed: entries.filter((_, at) => at % 3 === part) });
        return listsOf(engine);
      }),
    );
    expect(lists[0]).toEqual(lists[1]);
    expect([...(lists[0]?.values() ?? [])].flat().length).toBeGreaterThan(0);
  });

  it('changes nothing where nothing is said that it did not know', async () => {
    const engine = new NeighbourEngine({ ...ALL, neighbours: 2, ssdeepThreshold: 60 });
    const changed = ['a', 'b'].map((id) => ({ id, kind: '', digest: '3:abcdefgh:ijklmnop' }));
    await expect(engine.update({ changed })).resolves.toEqual(['a', 'b']);
    let searches = 0;
    const progress = (): void => void (searches += 1);
    await expect(engine.update({ changed, removed: ['unknown'] }, { progress })).resolves.toEqual([]);
    expect([searches, engine.size, engine.neighboursOf('unknown')]).toEqual([0, 2, undefined]);
  });

  it('says how far it is, lets other work have its turn, and ends when told to', async () => {
    const entries = goldenPairs.digests.map((digest, number) => ({ id: `${number}`, kind: '', digest }));
    const engine = new NeighbourEngine({ ...ALL, neighbours: 5, ssdeepThreshold: 30 });
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 0);
    const steps: number[] = [];
    await engine.update({ changed: entries }, { progress: ({ done, wanted }) => steps.push(done / wanted) });
    clearInterval(timer);
    expect(turns).toBeGreaterThan(0);
    expect(steps.at(-1)).toBe(1);
    const reason = new Error('enough');
    const again = new NeighbourEngine({ ...ALL, neighbours: 5, ssdeepThreshold: 30 });
    await expect(again.update({ changed: entries }, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it('says that it is alive also in long stretches without searches, and can be ended there', async () => {
    const entries = Array.from({ length: 5000 }, (_, n) => ({ id: `${n}`, kind: '', digest: '3:abcdefgh:ijklmnop' }));
    const engine = new NeighbourEngine({ ...ALL, neighbours: 2, ssdeepThreshold: 60 });
    const heard: string[] = [];
    const progress = (): void => void heard.push('search');
    const alive = (): void => void heard.push('alive');
    await engine.update({ changed: entries }, { progress, alive });
    expect(heard.filter((what) => what === 'search')).toHaveLength(1);
    // While entries are read, taken and arranged; then while their lists are filled.
    expect(heard.indexOf('search')).toBeGreaterThanOrEqual(10);
    expect(heard.length - heard.indexOf('search')).toBeGreaterThan(5);
    const reason = new Error('enough');
    const ended = new NeighbourEngine({ ...ALL, neighbours: 2, ssdeepThreshold: 60 });
    const end = (): never => {
      throw reason;
    };
    await expect(ended.update({ changed: entries }, { alive: end })).rejects.toBe(reason);
  });

  it('refuses what is no digest, no set of features, no limit and no threshold, and takes nothing of it', async () => {
    const engine = new NeighbourEngine({ ...ALL, neighbours: 1, ssdeepThreshold: 60, attributeThreshold: 60 });
    const good = { id: 'good', kind: '', digest: '3:abcdefgh:ijklmnop' };
    await expect(engine.update({ changed: [good, { id: 'bad', kind: '', digest: 'bad' }] })).rejects.toThrow(
      InvalidDigestError,
    );
    const unsorted = { hashes: [2, 1], weights: [1, 1] };
    await expect(engine.update({ changed: [good, { id: 'bad', kind: '', features: unsorted }] })).rejects.toThrow(
      'invalid features of "bad": hash 1 at 1; allowed are as many weights',
    );
    expect(() => engine.restoreEntry({ id: 'bad', kind: '', features: { hashes: [1], weights: [0] } })).toThrow(
      InvalidFeaturesError,
    );
    expect(engine.size).toBe(0);
    expect(() => new NeighbourEngine({ ...ALL, neighbours: 0 })).toThrow(InvalidLimitError);
    expect(() => new NeighbourEngine({ ...ALL, neighbours: 1, attributeThreshold: 101 })).toThrow(
      InvalidThresholdError,
    );
  });

  it('tells the families that its lists make', async () => {
    const engine = new NeighbourEngine({ ...ALL, neighbours: 2, ssdeepThreshold: 60 });
    const digests = ['3:abcdefgh:ijklmnop', '6:ABCDEFGH:IJKLMNOP', '12:nothing:like+it'];
    const changed = Array.from({ length: 9 }, (_, number) => ({
      id: `${number}`,
      kind: '',
      digest: digests[number === 8 ? 2 : Number(number > 4)] ?? '',
    }));
    await engine.update({ changed });
    expect(engine.families().list({ members: 3 })).toEqual([
      { name: '0', size: 5, members: ['0', '1', '2'] },
      { name: '5', size: 3, members: ['5', '6', '7'] },
    ]);
    expect(engine.families().of('8', { members: 3 })).toBeUndefined();
  });
});
