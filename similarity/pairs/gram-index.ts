import { LONGEST_TEXT, WINDOW } from '../ssdeep/limits.ts';
import type { DigestTexts } from './digest-shelf.ts';
import { GramTable } from './gram-table.ts';

const LETTER_BITS = 6;
const LOW_MASK = (1 << (5 * LETTER_BITS)) - 1;
const HIGH_BITS = 2 * LETTER_BITS;
const HIGH_MASK = (1 << HIGH_BITS) - 1;

/**
 * For each run of seven letters (a *gram*) at each block size, the texts that have it. Texts without a common one score 0, so that those who
 * share a gram with a text are all that it needs to be compared with.
 */
export class GramIndex {
  /** The grams of all texts, one text's after the other's. */
  readonly grams: Int32Array;
  /** Where each text's grams begin in `grams`; one more entry than there are texts. */
  readonly gramStarts: Int32Array;
  /** The texts that have a gram, ascending, one gram's after the other's. */
  readonly texts: Int32Array;
  /** Where each gram's texts begin in `texts`; one more entry than there are grams. */
  readonly textStarts: Int32Array;

  constructor(shelf: DigestTexts) {
    this.gramStarts = gramStartsOf(shelf.lengths);
    this.grams = new Int32Array(this.gramStarts[shelf.lengths.length] ?? 0);
    const count = this.#readGrams(shelf);
    this.textStarts = this.#textStartsOf(count);
    this.texts = this.#textsOf();
  }

  #readGrams(shelf: DigestTexts): number {
    const table = new GramTable();
    const ranks = new Map<number, number>();
    for (let text = 0; text < shelf.lengths.length; text += 1) {
      const blockSize = shelf.blockSizes[text] ?? 0;
      const rank = ranks.get(blockSize) ?? ranks.size;
      ranks.set(blockSize, rank);
      this.#readText(shelf, text, rank, table);
    }
    return table.count;
  }

  #readText(shelf: DigestTexts, text: number, rank: number, table: GramTable): void {
    const start = text * LONGEST_TEXT;
    const end = start + (shelf.lengths[text] ?? 0);
    let gram = this.gramStarts[text] ?? 0;
    let low = 0;
    let high = 0;
    for (let at = start; at < end; at += 1) {
      high = ((high << LETTER_BITS) | (low >>> (4 * LETTER_BITS))) & HIGH_MASK;
      low = ((low << LETTER_BITS) | (shelf.codes[at] ?? 0)) & LOW_MASK;
      if (at - start < WINDOW - 1) continue;
      this.grams[gram] = table.numberOf(low, (rank << HIGH_BITS) | high);
      gram += 1;
    }
  }

  #textStartsOf(count: number): Int32Array {
    const starts = new Int32Array(count + 1);
    for (const gram of this.grams) starts[gram + 1] = (starts[gram + 1] ?? 0) + 1;
    for (let gram = 0; gram < count; gram += 1) starts[gram + 1] = (starts[gram + 1] ?? 0) + (starts[gram] ?? 0);
    return starts;
  }

  #textsOf(): Int32Array {
    const texts = new Int32Array(this.grams.length);
    const next = this.textStarts.slice();
    for (let text = 0; text < this.gramStarts.length - 1; text += 1) {
      for (let at = this.gramStarts[text] ?? 0; at < (this.gramStarts[text + 1] ?? 0); at += 1) {
        const gram = this.grams[at] ?? 0;
        texts[next[gram] ?? 0] = text;
        next[gram] = (next[gram] ?? 0) + 1;
      }
    }
    return texts;
  }
}

function gramStartsOf(lengths: Uint8Array): Int32Array {
  const starts = new Int32Array(lengths.length + 1);
  for (const [text, length] of lengths.entries()) {
    starts[text + 1] = (starts[text] ?? 0) + Math.max(0, length - WINDOW + 1);
  }
  return starts;
}
