import { Comparisons } from './comparisons.ts';
import type { DigestTexts } from './digest-shelf.ts';
import { GramIndex } from './gram-index.ts';

/** Finds, for one kind of digest after the other, others that score high enough with it. */
export class NeighbourSearch {
  readonly #comparisons: Comparisons;
  readonly #index: GramIndex;
  readonly #most: number;
  readonly #seenBy: Int32Array;
  readonly #candidates: Int32Array;
  readonly #passed: Uint8Array;

  /**
   * @param floors - by kind, what a score must exceed to be of interest to it; read anew for each comparison
   * @param mostComparisons - of one text; when there are more candidates, those that share its rarest grams are taken
   */
  constructor(texts: DigestTexts, floors: Uint16Array, mostComparisons = Number.MAX_SAFE_INTEGER) {
    this.#most = mostComparisons;
    this.#comparisons = new Comparisons(texts, floors);
    this.#index = new GramIndex(texts);
    this.#seenBy = new Int32Array(2 * texts.kinds).fill(-1);
    this.#candidates = new Int32Array(2 * texts.kinds);
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

  /** Compares a kind with all before it and answers how many were found whose score is of interest to one of the two. */
  before(kind: number): number {
    return this.#search(kind, 2 * kind);
  }

  /** As {@link before}, with all for which this was not called yet, so that each pair is found once, whatever the order of calls. */
  others(kind: number): number {
    this.#passed[kind] = 1;
    return this.#search(kind, this.#candidates.length);
  }

  #search(kind: number, end: number): number {
    this.#comparisons.clear();
    this.#compareText(2 * kind, end);
    this.#compareText(2 * kind + 1, end);
    return this.#comparisons.count;
  }

  #compareText(text: number, end: number): void {
    const count = this.#gather(text, end);
    if (count === 0) return;
    this.#comparisons.take(text);
    for (let at = 0; at < count; at += 1) this.#comparisons.compareWith(this.#candidates[at] ?? 0);
  }

  #gather(text: number, end: number): number {
    const { texts, textStarts } = this.#index;
    const [seenBy, candidates, passed] = [this.#seenBy, this.#candidates, this.#passed];
    let count = 0;
    for (const gram of this.#gramsOf(text)) {
      const last = textStarts[gram + 1] ?? 0;
      for (let entry = textStarts[gram] ?? 0; entry < last; entry += 1) {
        const other = texts[entry] ?? end;
        // The texts of a gram ascend.
        if (other >= end) break;
        if (seenBy[other] === text || passed[other >> 1] === 1) continue;
        if (count === this.#most) return count;
        seenBy[other] = text;
        candidates[count] = other;
        count += 1;
      }
    }
    return count;
  }

  #gramsOf(text: number): Int32Array {
    const { grams, gramStarts, textStarts } = this.#index;
    const own = grams.subarray(gramStarts[text] ?? 0, gramStarts[text + 1] ?? 0);
    if (this.#most >= this.#candidates.length) return own;
    const commonness = (gram: number): number => (textStarts[gram + 1] ?? 0) - (textStarts[gram] ?? 0);
    return own.toSorted((one, other) => commonness(one) - commonness(other));
  }
}
