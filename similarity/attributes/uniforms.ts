const RANGE = 2 ** 32;
const ROUNDS_TO_MIX = 12;

/**
 * Numbers between 0 and 1 as if drawn at random, always the same for the same feature and seed: sfc32 by C. Doty-Humphrey (public domain,
 * from PractRand).
 */
export class Uniforms {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(hash: number, seed: number) {
    this.#a = hash | 0;
    this.#b = Math.floor(hash / RANGE) | 0;
    this.#c = seed | 0;
    for (let round = 0; round < ROUNDS_TO_MIX; round += 1) this.#step();
  }

  /** The next one, never 0 or 1. */
  next(): number {
    return ((this.#step() >>> 0) + 0.5) / RANGE;
  }

  /** A draw from Gamma(2, 1): the sum of two exponential ones. */
  gamma(): number {
    return -Math.log(this.next() * this.next());
  }

  #step(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum;
  }
}
