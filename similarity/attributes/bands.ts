/** How signatures are cut: sets that are equal in all rows of at least one band are compared. */
export interface Bands {
  readonly bands: number;
  readonly rows: number;
}

const RECALL = 0.99;

/** The odds that sets of a similarity, from 0 to 1, are compared: 1 - (1 - s^rows)^bands. */
export function recallAt(similarity: number, { bands, rows }: Bands): number {
  return 1 - (1 - similarity ** rows) ** bands;
}

/**
 * As many rows as can be, so that few sets are compared in vain, with at least 99 % of the pairs that are just as similar as the threshold
 * compared, and more of the more similar ones: bands as in J. Leskovec, A. Rajaraman, J. Ullman, "Mining of Massive Datasets", 3.4. With
 * 128 samples the least similarity of which that is true is 3.6 %; below it each sample is a band.
 *
 * @param threshold - from 0 to 1
 */
export function bandsFor(threshold: number, samples: number): Bands {
  for (let rows = samples; rows > 1; rows -= 1) {
    const cut = { bands: Math.floor(samples / rows), rows };
    if (recallAt(threshold, cut) >= RECALL) return cut;
  }
  return { bands: samples, rows: 1 };
}

/** A 32-bit number for each band of a signature: equal where all its rows are. */
export function bandKeys(signature: Uint32Array, { bands, rows }: Bands, keys: Int32Array, from: number): void {
  for (let band = 0; band < bands; band += 1) {
    let key = band + 1;
    for (let at = band * rows; at < (band + 1) * rows; at += 1) {
      key = Math.imul(key ^ (signature[at] ?? 0), 0x9e3779b1);
      key ^= key >>> 15;
    }
    keys[from + band] = key;
  }
}
