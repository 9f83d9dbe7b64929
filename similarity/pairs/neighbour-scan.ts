import { Comparisons } from './comparisons.ts';
import type { DigestTexts } from './digest-shelf.ts';

/** Finds what `NeighbourSearch` finds by looking through all texts of equal block size: for a few searches sooner done than indexing all. */
export class NeighbourScan {
  readonly #comparisons: Comparisons;
  readonly #texts: DigestTexts;
  readonly #passed: Uint8Array;

  /** @param floors - by kind, what a score must exceed to be of interest to it; read anew for each comparison */
  constructor(texts: DigestTexts, floors: Uint16Array) {
    this.#comparisons = new Comparisons(texts, floors);
    this.#texts = texts;
    this.#passed = new Uint8Array(texts.kinds);
  }

  /** The kinds found, in no particular order; valid are as many as the search answered, until the next search. */
  get found(): Int32Array {
    return this.#comparisons.found;
  }

  /** The score of each kind found, by kind. */
  get scores(): Uint8Array {
    return this.#comparisons.scores;
  }

  /**
   * Compares a kind with all for which this was not called yet and answers how many were found whose score is of interest to one of the
   * two.
   */
  others(kind: number): number {
    this.#passed[kind] = 1;
    this.#comparisons.clear();
    this.#compareText(2 * kind);
    this.#compareText(2 * kind + 1);
    return this.#comparisons.count;
  }

  #compareText(text: number): void {
    const { blockSizes, kinds } = this.#texts;
    const [blockSize, comparisons, passed] = [blockSizes[text] ?? 0, this.#comparisons, this.#passed];
    comparisons.take(text);
    for (let other = 0; other < 2 * kinds; other += 1) {
      if (blockSizes[other] !== blockSize || passed[other >> 1] === 1) continue;
      if (comparisons.sharesWindow(other)) comparisons.compareWith(other);
    }
  }
}
