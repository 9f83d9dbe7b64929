import { HIGHEST_HUNDREDTHS } from '../attributes/feature-shelf.ts';
import { NeighbourScan } from '../pairs/neighbour-scan.ts';
import { NeighbourSearch } from '../pairs/neighbour-search.ts';
import { HIGHEST_SCORE } from '../ssdeep/score.ts';
import { DigestStore, readDigest } from './digest-store.ts';
import type { Measure, PairSearch } from './measure.ts';
import type { NeighbourEntry } from './neighbour-entry.ts';

// An index of 100,000 digests takes 1.3 s, looking through them 22 ms.
const INDEXED_FROM = 64;

/** By ssdeep scores, whole numbers. */
export class DigestMeasure implements Measure {
  readonly unit = HIGHEST_HUNDREDTHS / HIGHEST_SCORE;
  readonly highest = HIGHEST_SCORE;
  readonly floor: number;
  readonly indexedFrom: number;
  readonly #isOff: boolean;
  readonly #store = new DigestStore();

  /** @param threshold - what a score must exceed, from 0 to 100; undefined: no digest is ever read */
  constructor(threshold: number | undefined, indexedFrom = INDEXED_FROM) {
    this.indexedFrom = indexedFrom;
    this.floor = Math.floor(threshold ?? HIGHEST_SCORE);
    this.#isOff = threshold === undefined;
  }

  get end(): number {
    return this.#store.end;
  }

  read({ id, digest }: NeighbourEntry): (() => number) | undefined {
    if (this.#isOff || digest === undefined) return undefined;
    const read = readDigest(digest, ` of ${JSON.stringify(id)}`);
    return read && (() => this.#store.hold(read));
  }

  release(point: number): void {
    this.#store.release(point);
  }

  score(one: number, other: number): number {
    return this.#store.score(one, other);
  }

  finds(_one: number, _other: number, score: number): boolean {
    return score > this.floor;
  }

  search(floors: Uint16Array, indexed: boolean): PairSearch {
    return indexed ? new NeighbourSearch(this.#store.texts, floors) : new NeighbourScan(this.#store.texts, floors);
  }
}
