import { BandShelf } from '../attributes/band-shelf.ts';
import { bandsFor } from '../attributes/bands.ts';
import { SAMPLES } from '../attributes/consistent-sampling.ts';
import { checkFeatures } from '../attributes/feature-set.ts';
import { FeatureSearch } from '../attributes/feature-search.ts';
import { FeatureShelf, floorInHundredths, HIGHEST_HUNDREDTHS } from '../attributes/feature-shelf.ts';
import type { Measure, PairSearch } from './measure.ts';
import type { NeighbourEntry } from './neighbour-entry.ts';

const HIGHEST_PERCENT = 100;

// An index of 100,000 sets takes 4 s, most of it for their signatures, looking through them 5 ms.
const INDEXED_FROM = 512;

/** By the weighted Jaccard similarity of features, in hundredths of a percent. */
export class FeatureMeasure implements Measure {
  readonly unit = 1;
  readonly highest = HIGHEST_HUNDREDTHS;
  readonly floor: number;
  readonly indexedFrom: number;
  readonly #isOff: boolean;
  readonly #shelf = new FeatureShelf();
  readonly #bands: BandShelf;

  /** @param threshold - what the similarity in percent must exceed, from 0 to 100; undefined: no features are ever read */
  constructor(threshold: number | undefined, indexedFrom = INDEXED_FROM) {
    this.indexedFrom = indexedFrom;
    this.floor = floorInHundredths(threshold ?? HIGHEST_PERCENT);
    this.#isOff = threshold === undefined;
    this.#bands = new BandShelf(this.#shelf, bandsFor((threshold ?? HIGHEST_PERCENT) / HIGHEST_PERCENT, SAMPLES));
  }

  get end(): number {
    return this.#shelf.end;
  }

  read({ id, features }: NeighbourEntry): (() => number) | undefined {
    if (this.#isOff || features === undefined) return undefined;
    checkFeatures(features, ` of ${JSON.stringify(id)}`);
    return features.hashes.length === 0 ? undefined : () => this.#shelf.hold(features);
  }

  release(point: number): void {
    if (this.#shelf.release(point)) this.#bands.forget(point);
  }

  score(one: number, other: number): number {
    return this.#shelf.score(one, other);
  }

  finds(one: number, other: number, score: number): boolean {
    return score > this.floor && this.#bands.share(one, other);
  }

  search(floors: Uint16Array, indexed: boolean): PairSearch {
    return new FeatureSearch(this.#shelf, this.#bands, floors, indexed);
  }
}
