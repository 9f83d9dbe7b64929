import { type Digest, parseDigest } from '../ssdeep/digest.ts';
import { LONGEST_TEXT } from '../ssdeep/limits.ts';
import { HIGHEST_SCORE } from '../ssdeep/score.ts';
import { compareDigests } from '../ssdeep/ssdeep-compare.ts';
import type { DigestTexts } from '../pairs/digest-shelf.ts';

const FIRST_CAPACITY = 256;

/** Many digests in little memory; equal ones are kept once, under one number, for as long as anybody holds it. */
export class DigestStore {
  #codes = new Uint8Array(2 * FIRST_CAPACITY * LONGEST_TEXT);
  #lengths = new Uint8Array(2 * FIRST_CAPACITY);
  #blockSizes = new Float64Array(2 * FIRST_CAPACITY);
  readonly #numbers = new Map<string, number>();
  readonly #texts: string[] = [];
  readonly #holders: number[] = [];
  readonly #free: number[] = [];

  /** All numbers are below this one. */
  get end(): number {
    return this.#texts.length;
  }

  /** The texts of all, by number; those of numbers that are nobody's are empty. Valid until the next {@link hold}. */
  get texts(): DigestTexts {
    return {
      kinds: this.end,
      codes: this.#codes,
      lengths: this.#lengths.subarray(0, 2 * this.end),
      blockSizes: this.#blockSizes.subarray(0, 2 * this.end),
    };
  }

  /** The number of a digest, to be let go of once for each time it was asked for. */
  hold(digest: Digest): number {
    const known = this.#numbers.get(digest.text);
    if (known !== undefined) {
      this.#holders[known] = (this.#holders[known] ?? 0) + 1;
      return known;
    }
    const number = this.#free.pop() ?? this.end;
    this.#texts[number] = digest.text;
    this.#holders[number] = 1;
    this.#numbers.set(digest.text, number);
    if (2 * number >= this.#lengths.length) this.#grow();
    this.#put(number, digest);
    return number;
  }

  /** Lets go of a digest. @returns whether nobody holds it any more, so that its number may become another's */
  release(number: number): boolean {
    const holders = (this.#holders[number] ?? 0) - 1;
    this.#holders[number] = holders;
    if (holders > 0) return false;
    this.#numbers.delete(this.#texts[number] ?? '');
    this.#lengths.fill(0, 2 * number, 2 * number + 2);
    this.#blockSizes.fill(0, 2 * number, 2 * number + 2);
    this.#free.push(number);
    return true;
  }

  /** The score of two digests. */
  score(one: number, other: number): number {
    return one === other ? HIGHEST_SCORE : compareDigests(this.#digest(one), this.#digest(other));
  }

  #digest(number: number): Digest {
    return {
      blockSize: this.#blockSizes[2 * number] ?? 0,
      first: this.#text(2 * number),
      second: this.#text(2 * number + 1),
      text: this.#texts[number] ?? '',
    };
  }

  #text(text: number): Uint8Array {
    const start = text * LONGEST_TEXT;
    return this.#codes.subarray(start, start + (this.#lengths[text] ?? 0));
  }

  #put(number: number, { blockSize, first, second }: Digest): void {
    for (const [part, text] of [first, second].entries()) {
      const at = 2 * number + part;
      this.#codes.set(text, at * LONGEST_TEXT);
      this.#lengths[at] = text.length;
      this.#blockSizes[at] = blockSize * (part + 1);
    }
  }

  #grow(): void {
    const [codes, lengths, blockSizes] = [this.#codes, this.#lengths, this.#blockSizes];
    this.#codes = new Uint8Array(2 * codes.length);
    this.#lengths = new Uint8Array(2 * lengths.length);
    this.#blockSizes = new Float64Array(2 * blockSizes.length);
    this.#codes.set(codes);
    this.#lengths.set(lengths);
    this.#blockSizes.set(blockSizes);
  }
}

/** A digest ready to be held; undefined of one that says nothing, such as an empty file's. @throws InvalidDigestError */
export function readDigest(digest: string, place: string): Digest | undefined {
  const read = parseDigest(digest, place);
  return read.first.length + read.second.length === 0 ? undefined : read;
}
