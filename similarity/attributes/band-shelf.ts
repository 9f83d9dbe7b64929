import { bandKeys, type Bands } from './bands.ts';
import { ConsistentSampler } from './consistent-sampling.ts';
import type { FeatureShelf } from './feature-shelf.ts';

/** The band keys of the sets of a shelf, made when they are first asked for. */
export class BandShelf {
  readonly #cut: Bands;
  readonly #shelf: FeatureShelf;
  readonly #sampler = new ConsistentSampler();
  #keys = new Int32Array(0);
  #made = new Uint8Array(0);

  constructor(shelf: FeatureShelf, cut: Bands) {
    this.#cut = cut;
    this.#shelf = shelf;
  }

  /** How many keys each set has. */
  get bands(): number {
    return this.#cut.bands;
  }

  /** The keys of all sets that were asked for, each set's beginning at its number times {@link bands}. */
  get keys(): Int32Array {
    return this.#keys;
  }

  /** Sees to it that the keys of a set are there. */
  make(number: number): void {
    if (this.#made[number] === 1) return;
    if (number >= this.#made.length) this.#grow();
    const start = this.#shelf.startOf(number);
    const signature = this.#sampler.sign(
      this.#shelf.hashes,
      this.#shelf.weights,
      start,
      start + this.#shelf.lengthOf(number),
    );
    bandKeys(signature, this.#cut, this.#keys, number * this.bands);
    this.#made[number] = 1;
  }

  /** Forgets the keys of a number that may become another set's. */
  forget(number: number): void {
    if (number < this.#made.length) this.#made[number] = 0;
  }

  /** Whether two sets are equal in all rows of a band, or altogether. */
  share(one: number, other: number): boolean {
    if (one === other) return true;
    this.make(one);
    this.make(other);
    for (let band = 0; band < this.bands; band += 1) {
      if (this.#keys[one * this.bands + band] === this.#keys[other * this.bands + band]) return true;
    }
    return false;
  }

  #grow(): void {
    const numbers = Math.max(this.#shelf.end, Math.ceil(1.5 * this.#made.length));
    const [keys, made] = [new Int32Array(numbers * this.bands), new Uint8Array(numbers)];
    keys.set(this.#keys);
    made.set(this.#made);
    [this.#keys, this.#made] = [keys, made];
  }
}
