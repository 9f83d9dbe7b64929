import fc from 'fast-check';
import { Cookie } from '../../cookiejar/cookie.ts';
import type { JsonObject } from '../../cookiejar/json.ts';
import { bandsFor, recallAt } from '../../similarity/attributes/bands.ts';
import { signatureOf } from '../../similarity/attributes/consistent-sampling.ts';
import type { FeatureSet } from '../../similarity/attributes/feature-set.ts';
import { featuresOf } from '../../similarity/attributes/features-of.ts';
import { similarFeatures } from '../../similarity/attributes/similar-features.ts';
import { weightedJaccard } from '../../similarity/attributes/weighted-jaccard.ts';
import { InvalidFeaturesError, InvalidLimitError, InvalidThresholdError } from '../../similarity/errors.ts';
import { anyFeatures } from './entry-arbitrary.ts';

function cookie(...enrichments: (readonly [source: string, metadata: JsonObject])[]): Cookie {
  return new Cookie(
    '/zone/a',
    enrichments.map(([source, metadata], at) => ({ source, timestamp: `2026-01-05T06:00:00.00${at}Z`, metadata })),
  );
}

function set(weights: Readonly<Record<number, number>>): FeatureSet {
  const sorted = Object.entries(weights).map(([hash, weight]) => [Number(hash), weight] as const);
  return { hashes: sorted.map(([hash]) => hash), weights: sorted.map(([, weight]) => weight) };
}

describe('featuresOf', () => {
  const all = [{ source: 'irods' }];

  it('is the same whatever the order of keys and of lists, and however often a value is listed', () => {
    const one = cookie(['irods', { study: 'x', tags: ['a', 'b', 'a'], deep: { er: { still: 1 } } }]);
    const other = cookie(['irods', { deep: { er: { still: 1 } }, tags: ['b', 'a'], study: 'x' }]);
    expect(featuresOf(one, all)).toEqual(featuresOf(other, all));
    expect(featuresOf(one, all).hashes).toHaveLength(4);
  });

  it.each([
    ['other values', { study: 'y' }],
    ['other keys', { sample: 'x' }],
    ['numbers that look like texts', { study: { x: 1 } }],
  ])('tells apart %s', (_, metadata) => {
    expect(featuresOf(cookie(['irods', metadata]), all)).not.toEqual(
      featuresOf(cookie(['irods', { study: 'x' }]), all),
    );
    expect(featuresOf(cookie(['irods', { n: 1 }]), all)).not.toEqual(featuresOf(cookie(['irods', { n: '1' }]), all));
  });

  it('knows the attributes in baton listings by their names, in whatever way they are chosen', () => {
    const listing = {
      avus: [
        { attribute: 'study', value: 'x' },
        { attribute: 'study', value: 'y', units: 'z' },
        { attribute: 'lane', value: '1' },
      ],
    };
    const whole = featuresOf(cookie(['irods', listing]), [{ source: 'irods', key: '*' }]);
    const chosen = featuresOf(cookie(['irods', listing]), [{ source: 'irods', key: 'avus.study' }]);
    expect([whole.hashes.length, chosen.hashes.length]).toEqual([3, 2]);
    expect(whole.hashes).toEqual(expect.arrayContaining([...chosen.hashes]));
  });

  it('takes keys by path from the newest enrichment that has them, all of a source from the newest', () => {
    const known = cookie(['irods', { a: { b: 1 }, c: 1 }], ['irods', { c: 2 }], ['other', { c: 3 }]);
    const only = (metadata: JsonObject): FeatureSet => featuresOf(cookie(['irods', metadata]), all);
    expect(featuresOf(known, [{ source: 'irods', key: 'a.b' }])).toEqual(only({ a: { b: 1 } }));
    expect(featuresOf(known, [{ source: 'irods', key: 'c' }])).toEqual(only({ c: 2 }));
    expect(featuresOf(known, all)).toEqual(only({ c: 2 }));
    expect(featuresOf(known, [{ source: 'irods', key: 'nowhere' }, { source: 'nobody' }])).toEqual(set({}));
  });

  it('gives each its weight, the highest one to what is chosen twice, and nothing to null', () => {
    const known = cookie(['irods', { a: 1, b: 2, c: null }]);
    const { weights } = featuresOf(known, [
      { source: 'irods', key: 'a', weight: 0.5 },
      { source: 'irods', weight: 2 },
      { source: 'irods', key: 'b', weight: 3 },
    ]);
    expect(new Set(weights)).toEqual(new Set([2, 3]));
  });

  it('gives hashes in ascending order, that stay the same in JSON', () => {
    const features = featuresOf(cookie(['irods', { values: Array.from({ length: 100 }, (_, value) => value) }]), all);
    expect(features.hashes).toEqual(features.hashes.toSorted((one, other) => one - other));
    expect(features.hashes).toHaveLength(100);
    expect(JSON.parse(JSON.stringify(features))).toEqual(features);
  });
});

describe('weightedJaccard', () => {
  it('is the sum of lower weights over that of higher ones', () => {
    expect(weightedJaccard(set({ 1: 1, 2: 1, 3: 1 }), set({ 2: 1, 3: 1, 4: 1 }))).toBe(0.5);
    expect(weightedJaccard(set({ 1: 4, 2: 1 }), set({ 1: 1, 2: 1 }))).toBe(0.4);
    expect(weightedJaccard(set({ 1: 1 }), set({ 2: 1 }))).toBe(0);
    expect(weightedJaccard(set({}), set({ 2: 1 }))).toBe(0);
    expect(weightedJaccard(set({}), set({}))).toBe(1);
  });

  it('is symmetric, from 0 to 1, and 1 only for equal sets', () => {
    fc.assert(
      fc.property(anyFeatures, anyFeatures, (one, other) => {
        const similarity = weightedJaccard(one, other);
        expect(weightedJaccard(other, one)).toBe(similarity);
        expect(similarity).toBeGreaterThanOrEqual(0);
        expect(similarity === 1).toBe(JSON.stringify(one) === JSON.stringify(other));
        expect(similarity).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe('signatureOf', () => {
  it('agrees with the exact similarity in the share of equal places', () => {
    const hashes = 4096;
    const sampled = fc.sample(fc.tuple(anyFeatures, anyFeatures, fc.integer()), { numRuns: 60, seed: 20260105 });
    for (const [one, other, seed] of sampled) {
      if (one.hashes.length === 0 || other.hashes.length === 0) continue;
      const [signature, otherSignature] = [signatureOf(one, { hashes, seed }), signatureOf(other, { hashes, seed })];
      const share = signature.filter((sample, at) => sample === otherSignature[at]).length / hashes;
      const exact = weightedJaccard(one, other);
      // Five standard errors of a share of that many draws.
      expect(Math.abs(share - exact)).toBeLessThanOrEqual(5 * Math.sqrt((exact * (1 - exact)) / hashes) + 1e-9);
    }
  });

  it('draws each feature as often as its weight says', () => {
    const hashes = 20_000;
    const whole = signatureOf(set({ 11: 1, 22: 2, 33: 5 }), { hashes });
    const drawn = [11, 22, 33].map((hash, at) => {
      const single = signatureOf(set({ [hash]: [1, 2, 5][at] ?? 0 }), { hashes });
      return whole.filter((sample, place) => sample === single[place]).length / hashes;
    });
    for (const [at, expected] of [1 / 8, 2 / 8, 5 / 8].entries()) expect(drawn[at]).toBeCloseTo(expected, 1.7);
    expect(drawn.reduce((sum, share) => sum + share)).toBeCloseTo(1, 3);
  });

  it('is always the same for a seed, another for others, and has as many places as asked for', () => {
    const features = set({ 1: 1, 2: 2 });
    expect(signatureOf(features)).toEqual(signatureOf(features, { hashes: 128, seed: 0 }));
    expect(signatureOf(features, { seed: 1 })).not.toEqual(signatureOf(features));
    expect(signatureOf(features, { hashes: 16 })).toEqual(signatureOf(features).slice(0, 16));
    expect(signatureOf(features)[0]).toBe(1_979_468_819);
  });
});

describe('bandsFor', () => {
  it('compares 99 % of pairs at any threshold that samples allow, with as many rows as can be', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.036, max: 1, noNaN: true }), (threshold) => {
        const { bands, rows } = bandsFor(threshold, 128);
        expect(bands * rows).toBeLessThanOrEqual(128);
        expect(recallAt(threshold, { bands, rows })).toBeGreaterThanOrEqual(0.99);
        if (rows < 128)
          expect(recallAt(threshold, { bands: Math.floor(128 / (rows + 1)), rows: rows + 1 })).toBeLessThan(0.99);
      }),
    );
    expect(bandsFor(0, 128)).toEqual({ bands: 128, rows: 1 });
  });
});

describe('similarFeatures', () => {
  /** Families of sets with most features in common. */
  function families(): FeatureSet[] {
    return Array.from({ length: 400 }, (_, number) => {
      const family = number % 20;
      const kept = Array.from({ length: 20 }, (__, at) => 1000 * family + at).filter(
        (at) => (at * 7 + number) % 11 > number % 4,
      );
      return { hashes: kept, weights: kept.map((at) => 1 + (at % 3)) };
    });
  }

  it('finds nearly all pairs above the threshold, and no other', async () => {
    const sets = families();
    const neighbours = await similarFeatures(sets, { threshold: 60, limit: 400 });
    let [expected, missed] = [0, 0];
    for (const [index, one] of sets.entries()) {
      const scores = new Map(neighbours.of(index).map((neighbour) => [neighbour.index, neighbour.score]));
      for (const [other, second] of sets.entries()) {
        const score = Math.round(weightedJaccard(one, second) * 10_000) / 100;
        const isExpected = index !== other && score > 60;
        expected += isExpected ? 1 : 0;
        missed += isExpected && !scores.has(other) ? 1 : 0;
        if (scores.has(other)) expect([isExpected, scores.get(other)]).toEqual([true, score]);
      }
    }
    expect(expected).toBeGreaterThan(1000);
    expect(missed / expected).toBeLessThan(0.01);
  });

  it('gives the best first, no more than asked for, of new sets only if told so', async () => {
    const sets = families();
    const all = await similarFeatures(sets, { threshold: 40, limit: 400 });
    const few = await similarFeatures(sets, { threshold: 40, limit: 3, newFrom: 200 });
    for (const index of sets.keys()) {
      const best = all.of(index).toSorted((one, other) => other.score - one.score || one.index - other.index);
      expect(few.of(index)).toEqual(index < 200 ? [] : best.slice(0, 3));
    }
  });

  it('takes any number of equal sets for one, and sets without features for none', async () => {
    const sets = [...Array.from({ length: 20_000 }, () => set({ 1: 1, 2: 1 })), set({}), set({})];
    const neighbours = await similarFeatures(sets, { threshold: 60, limit: 2 });
    expect([0, 1, 19_999, 20_000].map((index) => neighbours.of(index).map((neighbour) => neighbour.index))).toEqual([
      [1, 2],
      [0, 2],
      [0, 1],
      [],
    ]);
  });

  it('refuses limits and thresholds that are none, and malformed sets', async () => {
    await expect(similarFeatures([], { threshold: 60, limit: 0 })).rejects.toThrow(InvalidLimitError);
    await expect(similarFeatures([], { threshold: -1, limit: 1 })).rejects.toThrow(InvalidThresholdError);
    await expect(similarFeatures([set({ 1: 0 })], { threshold: 60, limit: 1 })).rejects.toThrow(InvalidFeaturesError);
    await expect(similarFeatures([{ hashes: [1], weights: [] }], { threshold: 60, limit: 1 })).rejects.toThrow(
      'invalid features at index 0: 1 hashes have 0 weights',
    );
  });
});
