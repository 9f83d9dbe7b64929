import { InputTooLargeError } from '../errors.ts';
import { LETTER_OF } from './alphabet.ts';
import { BlockHashes, FIRST_HASH } from './block-hashes.ts';
import { BLOCK_SIZES, LONGEST_TEXT, MOST_BYTES, SMALLEST_BLOCK_SIZE } from './limits.ts';
import { RollingHash } from './rolling-hash.ts';

const HALF = LONGEST_TEXT / 2;
const NONE = -1;

/**
 * Digests bytes that come piece by piece, in about 3 KB of memory whatever their number; how they are cut into pieces changes nothing.
 *
 * Context triggered piecewise hashing after J. Kornblum, "Identifying almost identical files using context triggered piecewise hashing",
 * Digital Investigation 3S (2006), itself after A. Tridgell's spamsum; with what libfuzzy 2.14 does beyond the paper, found by comparing with
 * it: the texts of all block sizes grow at once, in one pass; a larger size's text begins when the next smaller one's first block ends; and
 * the smallest are given up as soon as the input is too long for them and the next larger has half a text.
 */
export class SsdeepHasher {
  readonly #rolling = new RollingHash();
  // One more than there are block sizes: it shows how the end of the largest size's text goes on.
  readonly #hashes = new BlockHashes(BLOCK_SIZES + 1);
  // For texts cut to half their length, the hash of all that follows; of use once a text is that long.
  readonly #rests = new BlockHashes(BLOCK_SIZES + 1);
  readonly #texts = new Uint8Array(BLOCK_SIZES * LONGEST_TEXT);
  readonly #lengths = new Uint8Array(BLOCK_SIZES);
  // The letter at the end of a full text, which stands for all blocks that no longer fit; likewise of a text cut to half.
  readonly #ends = new Int8Array(BLOCK_SIZES).fill(NONE);
  readonly #restEnds = new Int8Array(BLOCK_SIZES).fill(NONE);
  // The block sizes with a text, as powers of two, and of those the largest whose text is half full.
  #smallest = 0;
  #largest = 0;
  #halfFull = NONE;
  #lastHash = 0;
  #bytes = 0;

  /**
   * Takes in the next bytes.
   *
   * @throws InputTooLargeError past 192 GiB in all
   */
  update(bytes: Uint8Array): this {
    this.#bytes += bytes.length;
    if (this.#bytes > MOST_BYTES) throw new InputTooLargeError(MOST_BYTES);
    for (let at = 0; at < bytes.length; at += 1) this.#take(bytes[at] ?? 0);
    return this;
  }

  /** The digest of all bytes so far; more may follow. */
  digest(): string {
    const size = this.#fittingSize();
    return `${blockSize(size)}:${this.#text(size)}:${this.#secondText(size)}`;
  }

  #take(byte: number): void {
    const next = this.#rolling.roll(byte) + 1;
    this.#hashes.step(byte, this.#smallest, this.#lastHash);
    this.#rests.step(byte, this.#smallest, this.#halfFull);
    // A block of size s ends where the hash is s - 1 modulo s: here first asked of the power of two in s, then of its factor 3.
    if ((next & ((1 << this.#smallest) - 1)) !== 0) return;
    if (next !== 0 && (next >>> 0) % SMALLEST_BLOCK_SIZE === 0) this.#endBlocks(31 - Math.clz32(next & -next));
  }

  #endBlocks(last: number): void {
    for (let size = this.#smallest; size <= last && size <= this.#largest; size += 1) this.#endBlock(size);
  }

  #endBlock(size: number): void {
    const length = this.#lengths[size] ?? 0;
    if (length === 0) this.#beginLarger(size);
    if (length >= HALF) this.#restEnds[size] = this.#rests.get(size);
    if (length < LONGEST_TEXT - 1) this.#append(size, length);
    else this.#endFullText(size);
  }

  #append(size: number, length: number): void {
    const hash = this.#hashes.get(size);
    this.#texts[size * LONGEST_TEXT + length] = hash;
    this.#lengths[size] = length + 1;
    this.#hashes.set(size, FIRST_HASH);
    if (length + 1 !== HALF) return;
    this.#rests.set(size, hash);
    this.#restEnds[size] = hash;
    this.#halfFull = size;
  }

  #endFullText(size: number): void {
    this.#ends[size] = this.#hashes.get(size);
    this.#giveUpSmallest();
  }

  #beginLarger(size: number): void {
    if (this.#lastHash > size) return;
    this.#lastHash = size + 1;
    this.#hashes.set(size + 1, this.#hashes.get(size));
    this.#largest = Math.min(size + 1, BLOCK_SIZES - 1);
  }

  #giveUpSmallest(): void {
    if (this.#smallest === this.#largest) return;
    if (blockSize(this.#smallest) * LONGEST_TEXT >= this.#bytes) return;
    if ((this.#lengths[this.#smallest + 1] ?? 0) < HALF) return;
    this.#smallest += 1;
  }

  #fittingSize(): number {
    let size = this.#smallest;
    while (size < this.#largest && blockSize(size) * LONGEST_TEXT < this.#bytes) size += 1;
    while (size > this.#smallest && (this.#lengths[size] ?? 0) < HALF) size -= 1;
    return size;
  }

  #text(size: number): string {
    const end = this.#inBlock ? this.#hashes.get(size) : this.#ends[size];
    return this.#letters(size, this.#lengths[size] ?? 0) + letter(end);
  }

  #secondText(size: number): string {
    if (size === this.#largest) return this.#inBlock ? letter(this.#hashes.get(this.#lastHash)) : '';
    if ((this.#lengths[size + 1] ?? 0) < HALF) return this.#text(size + 1);
    const end = this.#inBlock ? this.#rests.get(size + 1) : this.#restEnds[size + 1];
    return this.#letters(size + 1, HALF - 1) + letter(end);
  }

  /** Whether there is a last, unfinished block; zero bytes alone make none. */
  get #inBlock(): boolean {
    return this.#rolling.value !== 0;
  }

  #letters(size: number, count: number): string {
    return Array.from(this.#texts.subarray(size * LONGEST_TEXT, size * LONGEST_TEXT + count), (code) =>
      letter(code),
    ).join('');
  }
}

function blockSize(index: number): number {
  return SMALLEST_BLOCK_SIZE * 2 ** index;
}

function letter(code = NONE): string {
  return LETTER_OF[code] ?? '';
}
