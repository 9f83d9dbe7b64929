import { LETTERS } from './alphabet.ts';
import { WINDOW } from './limits.ts';

/**
 * Where each letter occurs in one text of up to 64 letters, as bits, so that another text is compared with it a word at a time instead of a
 * letter at a time, and nothing is allocated.
 *
 * The longest common subsequence is H. Hyyrö's, "Bit-parallel LCS-length computation revisited" (2004), over 64 bits in two words.
 */
export class Matcher {
  readonly #low = new Int32Array(LETTERS);
  readonly #high = new Int32Array(LETTERS);
  #codes: Uint8Array = new Uint8Array(0);
  #from = 0;
  #to = 0;

  /** Takes the text to compare others with: `length` codes from `from` on, which must stay as they are until the next one is taken. */
  take(codes: Uint8Array, from: number, length: number): void {
    this.#clear();
    this.#codes = codes;
    this.#from = from;
    this.#to = from + length;
    for (let bit = 0; bit < length; bit += 1) {
      const words = bit < 32 ? this.#low : this.#high;
      const code = codes[from + bit] ?? 0;
      words[code] = (words[code] ?? 0) | (1 << (bit & 31));
    }
  }

  /** Whether the texts have seven letters in a row in common. */
  sharesWindow(codes: Uint8Array, from: number, length: number): boolean {
    for (let end = from + WINDOW - 1; end < from + length; end += 1) {
      if (this.#hasWindow(codes, end)) return true;
    }
    return false;
  }

  /** The length of the longest common subsequence, or any smaller number when it is below `needed`. */
  common(codes: Uint8Array, from: number, length: number, needed: number): number {
    return this.#to - this.#from <= 32
      ? this.#commonInOneWord(codes, from, from + length)
      : this.#commonInTwoWords(codes, from, from + length, needed);
  }

  #hasWindow(codes: Uint8Array, end: number): boolean {
    let low = this.#low[codes[end] ?? 0] ?? 0;
    let high = this.#high[codes[end] ?? 0] ?? 0;
    for (let back = 1; back < WINDOW && (low | high) !== 0; back += 1) {
      const earlierLow = this.#low[codes[end - back] ?? 0] ?? 0;
      const earlierHigh = this.#high[codes[end - back] ?? 0] ?? 0;
      low &= earlierLow << back;
      high &= (earlierHigh << back) | (earlierLow >>> (32 - back));
    }
    return (low | high) !== 0;
  }

  #commonInOneWord(codes: Uint8Array, from: number, to: number): number {
    const words = this.#low;
    let row = -1;
    for (let at = from; at < to; at += 1) {
      const matches = words[codes[at] ?? 0] ?? 0;
      row = (row + (row & matches)) | (row & ~matches);
    }
    return ones(~row & lowest(this.#to - this.#from));
  }

  #commonInTwoWords(codes: Uint8Array, from: number, to: number, needed: number): number {
    const lows = this.#low;
    const highs = this.#high;
    const highest = lowest(this.#to - this.#from - 32);
    const middle = from + ((to - from) >> 1);
    let low = -1;
    let high = -1;
    for (let at = from; at < to; at += 1) {
      const matchesLow = lows[codes[at] ?? 0] ?? 0;
      const matchesHigh = highs[codes[at] ?? 0] ?? 0;
      const metLow = low & matchesLow;
      const sumLow = (low + metLow) | 0;
      const carry = (metLow | (low & ~sumLow)) >>> 31;
      high = (high + (high & matchesHigh) + carry) | (high & ~matchesHigh);
      low = sumLow | (low & ~matchesLow);
      if (at === middle && ones(~low) + ones(~high & highest) + (to - at - 1) < needed) return 0;
    }
    return ones(~low) + ones(~high & highest);
  }

  #clear(): void {
    for (let at = this.#from; at < this.#to; at += 1) {
      const code = this.#codes[at] ?? 0;
      this.#low[code] = 0;
      this.#high[code] = 0;
    }
  }
}

function lowest(count: number): number {
  return count >= 32 ? -1 : (1 << count) - 1;
}

/** How many bits of a word are set. */
export function ones(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
