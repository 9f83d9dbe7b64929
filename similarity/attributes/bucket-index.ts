import { GramTable } from '../pairs/gram-table.ts';
import type { BandShelf } from './band-shelf.ts';
import type { FeatureShelf } from './feature-shelf.ts';

const NOBODYS = -1;

/** For each key of each band (a *bucket*), the sets that have it: locality-sensitive hashing. */
export class BucketIndex {
  /** The bucket of each set in each band, a set's beginning at its number times the number of bands; -1 for numbers that are nobody's. */
  readonly buckets: Int32Array;
  /** The sets, one bucket's after the other's. */
  readonly sets: Int32Array;
  /** Where each bucket's sets begin in `sets`; one more entry than there are buckets. */
  readonly starts: Int32Array;
  readonly #bands: number;

  constructor(shelf: FeatureShelf, bands: BandShelf) {
    this.#bands = bands.bands;
    this.buckets = new Int32Array(shelf.end * bands.bands).fill(NOBODYS);
    for (let number = 0; number < shelf.end; number += 1) if (shelf.lengthOf(number) > 0) bands.make(number);
    this.starts = this.#startsOf(this.#numberBuckets(shelf, bands));
    this.sets = this.#setsOf();
  }

  #numberBuckets(shelf: FeatureShelf, { bands, keys }: BandShelf): number {
    let count = 0;
    // A table for each band, so that it stays small.
    for (let band = 0; band < bands; band += 1) {
      const table = new GramTable();
      for (let number = 0; number < shelf.end; number += 1) {
        if (shelf.lengthOf(number) === 0) continue;
        this.buckets[number * bands + band] = count + table.numberOf(keys[number * bands + band] ?? 0, 0);
      }
      count += table.count;
    }
    return count;
  }

  #startsOf(count: number): Int32Array {
    const starts = new Int32Array(count + 1);
    for (const bucket of this.buckets) if (bucket !== NOBODYS) starts[bucket + 1] = (starts[bucket + 1] ?? 0) + 1;
    for (let bucket = 0; bucket < count; bucket += 1) {
      starts[bucket + 1] = (starts[bucket + 1] ?? 0) + (starts[bucket] ?? 0);
    }
    return starts;
  }

  #setsOf(): Int32Array {
    const sets = new Int32Array(this.starts.at(-1) ?? 0);
    const next = this.starts.slice();
    // Not `entries()`, which takes several times as long over millions.
    for (let at = 0; at < this.buckets.length; at += 1) {
      const bucket = this.buckets[at] ?? NOBODYS;
      if (bucket === NOBODYS) continue;
      sets[next[bucket] ?? 0] = Math.floor(at / this.#bands);
      next[bucket] = (next[bucket] ?? 0) + 1;
    }
    return sets;
  }
}
