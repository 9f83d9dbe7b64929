import { LONGEST_TEXT } from '../ssdeep/limits.ts';
import { Matcher } from '../ssdeep/matcher.ts';
import { lettersNeeded, scoreCap, scoreOf } from '../ssdeep/score.ts';
import type { DigestTexts } from './digest-shelf.ts';

/**
 * Compares the texts of one kind of digest with those of others, and keeps which of them score high enough. Allocates nothing on the way.
 */
export class Comparisons {
  /** The kinds found, in no particular order; valid are the first {@link count}. */
  readonly found: Int32Array;
  /** The score of each kind found, by kind. */
  readonly scores: Uint8Array;
  readonly #texts: DigestTexts;
  readonly #floors: Uint16Array;
  readonly #matcher = new Matcher();
  #text = 0;
  #count = 0;

  /** @param floors - by kind, what a score must exceed to be of interest to it; read anew for each comparison */
  constructor(texts: DigestTexts, floors: Uint16Array) {
    this.#texts = texts;
    this.#floors = floors;
    this.found = new Int32Array(texts.kinds);
    this.scores = new Uint8Array(texts.kinds);
  }

  /** How many kinds were found whose score is of interest to one of the two. */
  get count(): number {
    return this.#count;
  }

  /** Forgets what was found. */
  clear(): void {
    for (let at = 0; at < this.#count; at += 1) this.scores[this.found[at] ?? 0] = 0;
    this.#count = 0;
  }

  /** Takes the text to compare others with. */
  take(text: number): void {
    this.#text = text;
    this.#matcher.take(this.#texts.codes, text * LONGEST_TEXT, this.#texts.lengths[text] ?? 0);
  }

  /** Whether the text taken and another have seven letters in a row in common. */
  sharesWindow(other: number): boolean {
    return this.#matcher.sharesWindow(this.#texts.codes, other * LONGEST_TEXT, this.#texts.lengths[other] ?? 0);
  }

  /** Compares the text taken with another of its block size that has seven letters in a row in common with it. */
  compareWith(other: number): void {
    const kind = other >> 1;
    const floor = Math.max(
      this.scores[kind] ?? 0,
      Math.min(this.#floors[this.#text >> 1] ?? 0, this.#floors[kind] ?? 0),
    );
    const score = this.#score(other, floor);
    if (score <= floor) return;
    if (this.scores[kind] === 0) this.found[this.#count++] = kind;
    this.scores[kind] = score;
  }

  /** The score if it is above the floor, else 0. */
  #score(other: number, floor: number): number {
    const { codes, lengths, blockSizes } = this.#texts;
    const otherLength = lengths[other] ?? 0;
    const sum = (lengths[this.#text] ?? 0) + otherLength;
    const shorter = Math.min(sum - otherLength, otherLength);
    const needed = lettersNeeded(floor, sum);
    const cap = scoreCap(blockSizes[this.#text] ?? 0, shorter);
    if (shorter < needed || cap <= floor) return 0;
    const common = this.#matcher.common(codes, other * LONGEST_TEXT, otherLength, needed);
    return common < needed ? 0 : scoreOf(sum - 2 * common, sum, cap);
  }
}
