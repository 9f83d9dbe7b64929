import fc from 'fast-check';
import {
  InvalidDigestError,
  InvalidLimitError,
  InvalidThresholdError,
  type Neighbour,
  similarPairs,
  topNeighbours,
  type TopNeighboursOptions,
} from '../../similarity/index.ts';
import { anyFamilies } from './digest-arbitrary.ts';
import { goldenPairs } from './goldens.ts';

async function kept(digests: readonly string[], options: TopNeighboursOptions): Promise<Neighbour[][]> {
  const neighbours = await topNeighbours(digests, options);
  return digests.map((_, index) => neighbours.of(index));
}

async function sortedAndCut(
  digests: readonly string[],
  { threshold, limit }: TopNeighboursOptions,
): Promise<Neighbour[][]> {
  const neighbours = digests.map((): Neighbour[] => []);
  for await (const [lower, higher, score] of similarPairs(digests, { threshold })) {
    neighbours[lower]?.push({ index: higher, score });
    neighbours[higher]?.push({ index: lower, score });
  }
  return neighbours.map((list) =>
    list.toSorted((one, other) => other.score - one.score || one.index - other.index).slice(0, limit),
  );
}

describe('topNeighbours', () => {
  it('keeps what the sorted and cut list of all similar pairs has', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyFamilies,
        fc.integer({ min: 1, max: 6 }),
        fc.nat({ max: 100 }),
        async (digests, limit, threshold) => {
          expect(await kept(digests, { threshold, limit })).toEqual(await sortedAndCut(digests, { threshold, limit }));
        },
      ),
    );
  });

  it('keeps the best of each of a thousand real digests', async () => {
    const options = { threshold: 30, limit: 3 };
    await expect(kept(goldenPairs.digests, options)).resolves.toEqual(await sortedAndCut(goldenPairs.digests, options));
  });

  it('names no more than asked for, of any number of equal digests', async () => {
    const digests = Array.from({ length: 20_000 }, () => '3:abcdefgh:ijklmnop');
    const neighbours = await topNeighbours(digests, { threshold: 60, limit: 2 });
    expect([0, 1, 2, 19_999].map((index) => neighbours.of(index).map((neighbour) => neighbour.index))).toEqual([
      [1, 2],
      [0, 2],
      [0, 1],
      [0, 1],
    ]);
  });

  it('compares with the likeliest only, if told so', async () => {
    const options = { threshold: 30, limit: 5 };
    const all = await kept(goldenPairs.digests, options);
    const some = await kept(goldenPairs.digests, { ...options, mostComparisons: 1 });
    const count = (lists: Neighbour[][]): number => lists.flat().length;
    expect(count(some)).toBeGreaterThan(0);
    expect(count(some)).toBeLessThan(count(all));
    await expect(kept(goldenPairs.digests, { ...options, mostComparisons: 1000 })).resolves.toEqual(all);
  });

  it('has none for an index that is none, and none of a lone digest', async () => {
    const neighbours = await topNeighbours(['3:abcdefgh:ijklmnop'], { threshold: 0, limit: 1 });
    expect([neighbours.of(0), neighbours.of(1), neighbours.of(-1)]).toEqual([[], [], []]);
  });

  it('refuses limits and thresholds that are none, and malformed digests', async () => {
    await expect(topNeighbours([], { threshold: 60, limit: 0 })).rejects.toThrow(InvalidLimitError);
    await expect(topNeighbours([], { threshold: 60, limit: 1, mostComparisons: 0.5 })).rejects.toThrow(
      'invalid mostComparisons 0.5',
    );
    await expect(topNeighbours([], { threshold: 200, limit: 1 })).rejects.toThrow(InvalidThresholdError);
    await expect(topNeighbours(['3:'], { threshold: 60, limit: 1 })).rejects.toThrow(InvalidDigestError);
  });
});
