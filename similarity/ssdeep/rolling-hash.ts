import { WINDOW } from './limits.ts';

/** Adler-like hash over the last seven bytes: where it takes certain values, a block ends. */
export class RollingHash {
  readonly #window = new Uint8Array(WINDOW);
  #oldest = 0;
  #sum = 0;
  #weighted = 0;
  #shifted = 0;

  /** The hash now, an unsigned number of 32 bits. */
  get value(): number {
    return (this.#sum + this.#weighted + this.#shifted) >>> 0;
  }

  /** Takes in one byte and answers the hash as a signed number of 32 bits. */
  roll(byte: number): number {
    this.#weighted += WINDOW * byte - this.#sum;
    this.#sum += byte - (this.#window[this.#oldest] ?? 0);
    this.#window[this.#oldest] = byte;
    this.#oldest = this.#oldest === WINDOW - 1 ? 0 : this.#oldest + 1;
    this.#shifted = (this.#shifted << 5) ^ byte;
    return (this.#sum + this.#weighted + this.#shifted) | 0;
  }
}
