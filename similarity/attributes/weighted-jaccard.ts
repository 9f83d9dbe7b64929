import type { FeatureSet } from './feature-set.ts';

/**
 * How much of what two sets say they say both: the sum of each feature's lower weight over that of its higher one, from 0, nothing, to 1,
 * all (P. Jaccard's coefficient, 1901, for weights: S. Ioffe, 2010; also known after M. Růžička, 1958). Sets without features are as equal
 * as any: two of them have 1.
 */
export function weightedJaccard(a: FeatureSet, b: FeatureSet): number {
  const [total, otherTotal] = [totalOf(a.weights), totalOf(b.weights)];
  return total + otherTotal === 0 ? 1 : jaccardOf(commonWeight(a, b), total, otherTotal);
}

/** The sum of weights. */
export function totalOf(weights: ArrayLike<number>): number {
  let total = 0;
  for (let at = 0; at < weights.length; at += 1) total += weights[at] ?? 0;
  return total;
}

/** The similarity of two sets by their totals and what they have in common. */
export function jaccardOf(common: number, total: number, otherTotal: number): number {
  return Math.min(1, common / (total + otherTotal - common));
}

function commonWeight(a: FeatureSet, b: FeatureSet): number {
  let common = 0;
  let other = 0;
  for (const [at, hash] of a.hashes.entries()) {
    while ((b.hashes[other] ?? Infinity) < hash) other += 1;
    if (b.hashes[other] === hash) common += Math.min(a.weights[at] ?? 0, b.weights[other] ?? 0);
  }
  return common;
}
