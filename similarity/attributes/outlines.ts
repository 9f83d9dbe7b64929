import { ones } from '../ssdeep/matcher.ts';

const WORDS = 4;
const BITS = 32 * WORDS;
const FIRST_CAPACITY = 256;

/**
 * Rough outlines of sets of features, by number: 128 bits of which each feature sets one. What one outline has and another lacks is
 * certainly not common to the sets, so that most that are not similar enough are told apart without a look at their features (E. F. O.
 * Sandes, G. L. M. Teodoro, A. C. M. A. de Melo, "Bitmap Filter: Speeding up Exact Set Similarity Joins with Bitwise Operations", 2017).
 */
export class Outlines {
  #bits = new Int32Array(FIRST_CAPACITY * WORDS);
  readonly #lowestWeights: number[] = [];

  put(number: number, hashes: readonly number[], weights: readonly number[]): void {
    if ((number + 1) * WORDS > this.#bits.length) this.#grow();
    const first = number * WORDS;
    this.#bits.fill(0, first, first + WORDS);
    for (const hash of hashes) {
      const bit = hash % BITS;
      this.#bits[first + (bit >> 5)] = (this.#bits[first + (bit >> 5)] ?? 0) | (1 << (bit & 31));
    }
    this.#lowestWeights[number] = weights.reduce((lowest, weight) => Math.min(lowest, weight), Infinity);
  }

  /** The weight that one set has at least and another lacks. */
  lack(one: number, other: number): number {
    const bits = this.#bits;
    let [at, otherAt, lacking] = [one * WORDS, other * WORDS, 0];
    for (const end = at + WORDS; at < end; at += 1, otherAt += 1) {
      lacking += ones((bits[at] ?? 0) & ~(bits[otherAt] ?? 0));
    }
    return lacking * (this.#lowestWeights[one] ?? 0);
  }

  #grow(): void {
    const larger = new Int32Array(2 * this.#bits.length);
    larger.set(this.#bits);
    this.#bits = larger;
  }
}
