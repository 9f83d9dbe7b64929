/** The hash of an empty block. */
export const FIRST_HASH = 0x27;

/**
 * The running hash of the current block at each block size: FNV-1, of which a digest shows the lowest six bits only, so that no more are kept.
 * Four of them share a word, each in a byte of its own, because a step through all of them is what digesting costs.
 */
export class BlockHashes {
  readonly #words: Int32Array;

  /** @param count - how many hashes, a multiple of four */
  constructor(count: number) {
    this.#words = new Int32Array(count / 4).fill(FIRST_HASH * 0x01010101);
  }

  /** Takes one byte into the hashes from `first` to `last` (and into their neighbours, whose values mean nothing yet or any more). */
  step(byte: number, first: number, last: number): void {
    const words = this.#words;
    const spread = (byte & 63) * 0x01010101;
    for (let at = first >> 2; at <= last >> 2; at += 1) {
      const hashes = words[at] ?? 0;
      // Times 19 modulo 64 as 1 + 2 + 16 times, without a carry from one byte into the next; 19 is the FNV prime modulo 64.
      const product = hashes + ((hashes & 0x1f1f1f1f) << 1) + ((hashes & 0x03030303) << 4);
      words[at] = (product & 0x3f3f3f3f) ^ spread;
    }
  }

  /** The hash of one block size, from 0 to 63. */
  get(index: number): number {
    return ((this.#words[index >> 2] ?? 0) >>> ((index & 3) << 3)) & 63;
  }

  /** Lets the block of one size go on from `hash`. */
  set(index: number, hash: number): void {
    const shift = (index & 3) << 3;
    const rest = (this.#words[index >> 2] ?? 0) & ~(0xff << shift);
    this.#words[index >> 2] = rest | (hash << shift);
  }
}
