import fc from 'fast-check';
import {
  InvalidDigestError,
  InvalidThresholdError,
  similarPairs,
  type SimilarPair,
  type SimilarPairsOptions,
  ssdeepCompare,
} from '../../similarity/index.ts';
import { anyFamilies } from './digest-arbitrary.ts';
import { goldenPairs } from './goldens.ts';

async function found(digests: readonly string[], options: SimilarPairsOptions): Promise<SimilarPair[]> {
  const pairs: SimilarPair[] = [];
  for await (const pair of similarPairs(digests, options)) pairs.push(pair);
  return pairs.toSorted(([a, b], [c, d]) => a - c || b - d);
}

function compared(digests: readonly string[], { threshold, newFrom = 0 }: SimilarPairsOptions): SimilarPair[] {
  const all = digests.flatMap((one, lower) =>
    digests.map((other, higher): SimilarPair => [lower, higher, lower < higher ? ssdeepCompare(one, other) : -1]),
  );
  return all.filter(([lower, higher, score]) => lower < higher && higher >= newFrom && score > threshold);
}

describe('similarPairs', () => {
  it('finds exactly the pairs of libfuzzy among a thousand real digests', async () => {
    const { digests, threshold, pairs } = goldenPairs;
    await expect(found(digests, { threshold })).resolves.toEqual(pairs);
  });

  it.each([0, 33, 75, 99])('finds what comparing all with all finds, above %i', async (threshold) => {
    const digests = goldenPairs.digests.slice(0, 300);
    await expect(found(digests, { threshold })).resolves.toEqual(compared(digests, { threshold }));
  });

  it('finds what comparing all with all finds, of whatever digests and threshold', async () => {
    await fc.assert(
      fc.asyncProperty(anyFamilies, fc.double({ min: 0, max: 100, noNaN: true }), async (digests, threshold) => {
        expect(await found(digests, { threshold })).toEqual(compared(digests, { threshold }));
      }),
    );
  });

  it('finds, of new digests, what comparing them with all finds', async () => {
    await fc.assert(
      fc.asyncProperty(anyFamilies, fc.nat({ max: 60 }), async (digests, newFrom) => {
        expect(await found(digests, { threshold: 20, newFrom })).toEqual(compared(digests, { threshold: 20, newFrom }));
      }),
    );
  });

  it('finds digests too short to be compared if they are equal once runs are shortened', async () => {
    const digests = ['3::', '3:aaaa:b', '3:a:b', '3::', '6::', '3:aaaaa:b', '0:a:b', '0:a:b'];
    await expect(found(digests, { threshold: 60 })).resolves.toEqual([
      [0, 3, 100],
      [1, 5, 100],
      [6, 7, 100],
    ]);
  });

  it('tells apart more block sizes than files have', async () => {
    const digests = Array.from({ length: 300 }, (_, size) => `${45 + size}:abcdefghijk:lmnopqrstuv`);
    await expect(found(digests, { threshold: 0 })).resolves.toEqual(compared(digests, { threshold: 0 }));
  });

  it('finds nothing in nothing, nor above 100', async () => {
    await expect(found([], { threshold: 0 })).resolves.toEqual([]);
    await expect(found(['3:a:a', '3:a:a'], { threshold: 100 })).resolves.toEqual([]);
    await expect(found(['3:a:a', '3:a:a'], { threshold: 0, newFrom: 2 })).resolves.toEqual([]);
  });

  it('lets other work have its turn', async () => {
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 0);
    await found([...goldenPairs.digests, ...goldenPairs.digests], { threshold: 60 });
    clearInterval(timer);
    expect(turns).toBeGreaterThan(0);
  });

  it('refuses malformed digests by their index, and thresholds that are none', async () => {
    await expect(found(['3:a:a', 'x'], { threshold: 60 })).rejects.toThrow('invalid ssdeep digest "x" at index 1');
    await expect(found(['x'], { threshold: 60 })).rejects.toThrow(InvalidDigestError);
    for (const threshold of [-1, 101, Number.NaN]) {
      // oxlint-disable-next-line no-await-in-loop
      await expect(found(['3:a:a'], { threshold })).rejects.toThrow(InvalidThresholdError);
    }
  });
});
