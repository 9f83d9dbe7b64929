import type { BandShelf } from './band-shelf.ts';
import { BucketIndex } from './bucket-index.ts';
import type { FeatureShelf } from './feature-shelf.ts';

/**
 * Finds, for one set of features after the other, others that share a bucket with it and are similar enough. Allocates nothing on the way.
 */
export class FeatureSearch {
  /** The sets found, in no particular order; valid are as many as the search answered, until the next search. */
  readonly found: Int32Array;
  /** The similarity of each set found, by set, in hundredths of a percent. */
  readonly scores: Uint16Array;
  readonly #shelf: FeatureShelf;
  readonly #bands: BandShelf;
  readonly #floors: Uint16Array;
  readonly #index: BucketIndex | undefined;
  readonly #seenBy: Int32Array;
  readonly #passed: Uint8Array;
  #count = 0;

  /**
   * @param floors - by set, what a similarity in hundredths of a percent must exceed to be of interest to it; read anew for each comparison
   * @param indexed - whether to make an index of all buckets first, rather than to look through all sets each time, which is sooner done
   *   for few
   */
  constructor(shelf: FeatureShelf, bands: BandShelf, floors: Uint16Array, indexed: boolean) {
    this.#shelf = shelf;
    this.#bands = bands;
    this.#floors = floors;
    this.#index = indexed ? new BucketIndex(shelf, bands) : undefined;
    this.found = new Int32Array(shelf.end);
    this.scores = new Uint16Array(shelf.end);
    this.#seenBy = new Int32Array(shelf.end).fill(-1);
    this.#passed = new Uint8Array(shelf.end);
  }

  /**
   * Compares a set with all for which this was not called yet and answers how many were found whose similarity is of interest to one of the
   * two.
   */
  others(set: number): number {
    this.#passed[set] = 1;
    this.#count = 0;
    if (this.#index === undefined) this.#scan(set);
    else this.#searchBuckets(set, this.#index);
    return this.#count;
  }

  #scan(set: number): void {
    for (let other = 0; other < this.#shelf.end; other += 1) {
      if (this.#passed[other] === 1 || this.#shelf.lengthOf(other) === 0) continue;
      const score = this.#score(set, other);
      if (score > 0 && this.#bands.share(set, other)) this.#keep(other, score);
    }
  }

  #searchBuckets(set: number, { buckets, sets, starts }: BucketIndex): void {
    const [seenBy, passed, bands] = [this.#seenBy, this.#passed, this.#bands.bands];
    for (let at = set * bands; at < (set + 1) * bands; at += 1) {
      const bucket = buckets[at] ?? 0;
      const end = starts[bucket + 1] ?? 0;
      for (let entry = starts[bucket] ?? 0; entry < end; entry += 1) {
        const other = sets[entry] ?? 0;
        if (seenBy[other] === set || passed[other] === 1) continue;
        seenBy[other] = set;
        const score = this.#score(set, other);
        if (score > 0) this.#keep(other, score);
      }
    }
  }

  /** The score if it is of interest to one of the two, else 0. */
  #score(set: number, other: number): number {
    const floor = Math.min(this.#floors[set] ?? 0, this.#floors[other] ?? 0);
    const score = this.#shelf.score(set, other, floor);
    return score > floor ? score : 0;
  }

  #keep(other: number, score: number): void {
    this.found[this.#count] = other;
    this.#count += 1;
    this.scores[other] = score;
  }
}
