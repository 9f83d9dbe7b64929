import { Uniforms } from './uniforms.ts';

const FIRST_ROWS = 64;
const MOST_ROWS = 4096;
const NOBODYS = -1;

/**
 * What each feature of a weight brings into each sample: of all features of a set the one with the lowest value gives its code.
 *
 * The value is ln a = ln c - r (t - β + 1), where t = ⌊ln w / r + β⌋, and the code stands for the feature and t; r and c are drawn from
 * Gamma(2, 1) and β between 0 and 1, by the feature and the number of the sample alone. So they are remembered for features that come
 * again, which most do; room is made by the clock algorithm (F. J. Corbató, 1968).
 */
export class FeatureDraws {
  readonly #samples: number;
  readonly #seed: number;
  readonly #rows = new Map<number, number>();
  /** By row, the feature's hash. */
  #hashes = new Float64Array(0);
  #weights = new Float64Array(0);
  /** By row, whether it was asked for since the hand of the clock went by. */
  #used = new Uint8Array(0);
  #values = new Float64Array(0);
  #codes = new Uint32Array(0);
  #hand = 0;

  constructor(samples: number, seed: number) {
    this.#samples = samples;
    this.#seed = seed;
  }

  /** The values; valid until the next call of {@link of}, as are the codes. */
  get values(): Float64Array {
    return this.#values;
  }

  /** The codes, of 32 bits. */
  get codes(): Uint32Array {
    return this.#codes;
  }

  /** Where a feature's draws begin in {@link values} and {@link codes}. */
  of(hash: number, weight: number): number {
    const known = this.#rows.get(hash);
    const row = known ?? this.#freeRow();
    this.#used[row] = known === undefined ? 0 : 1;
    const first = row * this.#samples;
    if (known !== undefined && this.#weights[row] === weight) return first;
    this.#rows.set(hash, row);
    this.#hashes[row] = hash;
    this.#weights[row] = weight;
    this.#draw(first, hash, Math.log(weight));
    return first;
  }

  #draw(first: number, hash: number, logWeight: number): void {
    const uniforms = new Uniforms(hash, this.#seed);
    for (let at = first; at < first + this.#samples; at += 1) {
      const r = uniforms.gamma();
      const logC = Math.log(uniforms.gamma());
      const beta = uniforms.next();
      const level = Math.floor(logWeight / r + beta);
      this.#values[at] = logC - r * (level - beta + 1);
      this.#codes[at] = codeOf(hash, level);
    }
  }

  #freeRow(): number {
    if (this.#rows.size === this.#used.length && this.#used.length < MOST_ROWS) this.#grow();
    for (; this.#used[this.#hand] === 1; this.#hand = (this.#hand + 1) % this.#used.length) this.#used[this.#hand] = 0;
    const row = this.#hand;
    this.#hand = (row + 1) % this.#used.length;
    this.#rows.delete(this.#hashes[row] ?? NOBODYS);
    return row;
  }

  #grow(): void {
    const rows = Math.max(FIRST_ROWS, 2 * this.#used.length);
    this.#hand = this.#used.length;
    this.#hashes = resized(this.#hashes, new Float64Array(rows).fill(NOBODYS));
    this.#weights = resized(this.#weights, new Float64Array(rows));
    this.#used = resized(this.#used, new Uint8Array(rows));
    this.#values = resized(this.#values, new Float64Array(rows * this.#samples));
    this.#codes = resized(this.#codes, new Uint32Array(rows * this.#samples));
  }
}

/** A feature at a level, in 32 bits, so that the odds of taking two for one are 1 in 4 billion. */
function codeOf(hash: number, level: number): number {
  const low = Math.imul((hash >>> 0) ^ Math.imul(level, 0x9e3779b1), 0x85ebca6b);
  const mixed = Math.imul((low ^ (low >>> 15)) + Math.floor(hash / 2 ** 32), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 13)) >>> 0;
}

function resized<Words extends Float64Array | Uint32Array | Uint8Array>(
  words: ArrayLike<number>,
  larger: Words,
): Words {
  larger.set(words);
  return larger;
}
