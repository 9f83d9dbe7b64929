import { LONGEST_TEXT } from '../ssdeep/limits.ts';
import { Matcher } from '../ssdeep/matcher.ts';
import { lettersNeeded, scoreCap, scoreOf } from '../ssdeep/score.ts';
import type { DigestShelf } from './digest-shelf.ts';
import { GramIndex } from './gram-index.ts';

/** Finds, for one kind of digest after the other, the kinds before it that score high enough with it. Allocates nothing on the way. */
export class NeighbourSearch {
  /** The kinds found, in no particular order; valid are as many as the search answered, until the next search. */
  readonly found: Int32Array;
  /** The score of each kind found, by kind. */
  readonly scores: Uint8Array;
  readonly #shelf: DigestShelf;
  readonly #floors: Uint8Array;
  readonly #index: GramIndex;
  readonly #most: number;
  readonly #matcher = new Matcher();
  readonly #seenBy: Int32Array;
  readonly #candidates: Int32Array;
  #count = 0;

  /**
   * @param floors - by kind, what a score must exceed to be of interest to it; read anew for each comparison
   * @param mostComparisons - of one text; when there are more candidates, those that share its rarest grams are taken
   */
  constructor(shelf: DigestShelf, floors: Uint8Array, mostComparisons = Number.MAX_SAFE_INTEGER) {
    this.#most = mostComparisons;
    this.#shelf = shelf;
    this.#floors = floors;
    this.#index = new GramIndex(shelf);
    this.#seenBy = new Int32Array(2 * shelf.kinds).fill(-1);
    this.#candidates = new Int32Array(2 * shelf.kinds);
    this.found = new Int32Array(shelf.kinds);
    this.scores = new Uint8Array(shelf.kinds);
  }

  /** Compares a kind with all before it and answers how many were found whose score is of interest to one of the two. */
  before(kind: number): number {
    for (let at = 0; at < this.#count; at += 1) this.scores[this.found[at] ?? 0] = 0;
    this.#count = 0;
    this.#compareText(2 * kind);
    this.#compareText(2 * kind + 1);
    return this.#count;
  }

  #compareText(text: number): void {
    const count = this.#gather(text);
    if (count === 0) return;
    this.#matcher.take(this.#shelf.codes, text * LONGEST_TEXT, this.#shelf.lengths[text] ?? 0);
    for (let at = 0; at < count; at += 1) this.#compareWith(text, this.#candidates[at] ?? 0);
  }

  #gather(text: number): number {
    const { texts, textStarts } = this.#index;
    const [seenBy, candidates, end] = [this.#seenBy, this.#candidates, text & ~1];
    let count = 0;
    for (const gram of this.#gramsOf(text)) {
      for (let entry = textStarts[gram] ?? 0; ; entry += 1) {
        // The texts of a gram ascend and include this one, where the loop ends at the latest.
        const other = texts[entry] ?? end;
        if (other >= end) break;
        if (seenBy[other] === text) continue;
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

  #compareWith(text: number, other: number): void {
    const kind = other >> 1;
    const floor = Math.max(this.scores[kind] ?? 0, Math.min(this.#floors[text >> 1] ?? 0, this.#floors[kind] ?? 0));
    const score = this.#score(text, other, floor);
    if (score <= floor) return;
    if (this.scores[kind] === 0) this.found[this.#count++] = kind;
    this.scores[kind] = score;
  }

  /** The score if it is above the floor, else 0. */
  #score(text: number, other: number, floor: number): number {
    const { codes, lengths, blockSizes } = this.#shelf;
    const otherLength = lengths[other] ?? 0;
    const sum = (lengths[text] ?? 0) + otherLength;
    const shorter = Math.min(sum - otherLength, otherLength);
    const needed = lettersNeeded(floor, sum);
    const cap = scoreCap(blockSizes[text] ?? 0, shorter);
    if (shorter < needed || cap <= floor) return 0;
    const common = this.#matcher.common(codes, other * LONGEST_TEXT, otherLength, needed);
    return common < needed ? 0 : scoreOf(sum - 2 * common, sum, cap);
  }
}
