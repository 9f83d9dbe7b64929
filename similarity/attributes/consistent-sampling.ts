import type { FeatureSet } from './feature-set.ts';
import { FeatureDraws } from './feature-draws.ts';

/** How a set is sampled. Signatures are comparable only if all of it is equal. */
export interface SamplingOptions {
  /**
   * How many samples.
   *
   * @default 128
   */
  readonly hashes?: number;
  /**
   * A whole number of 32 bits that all draws depend on.
   *
   * @default 0
   */
  readonly seed?: number;
}

/** How many samples a signature has unless told otherwise. */
export const SAMPLES = 128;

/**
 * A short likeness of a set: two sets' signatures are equal in as many places, in expectation, as their `weightedJaccard` similarity says. A
 * set without features has the signature of zeros.
 */
export function signatureOf(
  { hashes, weights }: FeatureSet,
  { hashes: samples = SAMPLES, seed = 0 }: SamplingOptions = {},
): Uint32Array {
  return new ConsistentSampler(samples, seed).sign(hashes, weights, 0, hashes.length).slice();
}

/**
 * Consistent weighted sampling: S. Ioffe, "Improved Consistent Sampling, Weighted Minhash and L1 Sketching" (ICDM 2010). Each sample of a
 * set is one of its features with a level of its weight, drawn such that two sets draw the same one with a probability of exactly their
 * weighted Jaccard similarity.
 */
export class ConsistentSampler {
  readonly #draws: FeatureDraws;
  readonly #lowest: Float64Array;
  readonly #signature: Uint32Array;

  constructor(samples: number = SAMPLES, seed = 0) {
    this.#draws = new FeatureDraws(samples, seed);
    this.#lowest = new Float64Array(samples);
    this.#signature = new Uint32Array(samples);
  }

  /** The signature of the features from one place to before another; valid until the next call. */
  sign(hashes: ArrayLike<number>, weights: ArrayLike<number>, from: number, to: number): Uint32Array {
    this.#lowest.fill(Infinity);
    this.#signature.fill(0);
    for (let at = from; at < to; at += 1) this.#take(this.#draws.of(hashes[at] ?? 0, weights[at] ?? 0));
    return this.#signature;
  }

  #take(first: number): void {
    const [lowest, signature] = [this.#lowest, this.#signature];
    const { values, codes } = this.#draws;
    for (let sample = 0; sample < signature.length; sample += 1) {
      const value = values[first + sample] ?? Infinity;
      if (value >= (lowest[sample] ?? 0)) continue;
      lowest[sample] = value;
      signature[sample] = codes[first + sample] ?? 0;
    }
  }
}
