import { InvalidFeaturesError } from '../errors.ts';

/**
 * What chosen metadata of a cookie says, as hashes of its features with their weights: small, plain JSON, and enough to compare cookies
 * with. Made by `featuresOf`.
 *
 * The hashes have 53 bits: among a million different features the odds that any two share one are 1 in 18,000, and then two cookies count
 * one feature too many as common if they have one of the two each.
 */
export interface FeatureSet {
  /** Whole numbers below 2^53, ascending, each once. */
  readonly hashes: readonly number[];
  /** The weight of each, above 0. */
  readonly weights: readonly number[];
}

/**
 * Checks a set that comes from outside.
 *
 * @param place - added to the error, e.g. ` of "/zone/a"`
 * @throws InvalidFeaturesError
 */
export function checkFeatures({ hashes, weights }: FeatureSet, place = ''): void {
  if (hashes.length !== weights.length) {
    throw new InvalidFeaturesError(`${hashes.length} hashes have ${weights.length} weights`, place);
  }
  let before = -1;
  for (const [at, hash] of hashes.entries()) {
    if (!Number.isSafeInteger(hash) || hash <= before) throw new InvalidFeaturesError(`hash ${hash} at ${at}`, place);
    const weight = weights[at] ?? 0;
    if (!(weight > 0 && weight < Infinity)) throw new InvalidFeaturesError(`weight ${weight} at ${at}`, place);
    before = hash;
  }
}
