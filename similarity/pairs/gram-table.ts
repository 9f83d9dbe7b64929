const EMPTY = -1;

/**
 * Numbers grams, each a pair of 32-bit words, in the order of their first coming: a hash table with open addressing in typed arrays, since a
 * Map of millions of keys takes several times their memory.
 */
export class GramTable {
  #slots = new Int32Array(1 << 12).fill(EMPTY);
  #lows = new Int32Array(1 << 11);
  #highs = new Int32Array(1 << 11);
  #count = 0;

  /** How many different grams there are. */
  get count(): number {
    return this.#count;
  }

  /** The number of a gram; a new one's is the count so far. */
  numberOf(low: number, high: number): number {
    const mask = this.#slots.length - 1;
    let slot = scattered(low, high) & mask;
    for (;;) {
      const number = this.#slots[slot] ?? EMPTY;
      if (number === EMPTY) return this.#add(slot, low, high);
      if (this.#lows[number] === low && this.#highs[number] === high) return number;
      slot = (slot + 1) & mask;
    }
  }

  #add(slot: number, low: number, high: number): number {
    const number = this.#count;
    this.#lows[number] = low;
    this.#highs[number] = high;
    this.#slots[slot] = number;
    this.#count += 1;
    if (this.#count === this.#lows.length) this.#grow();
    return number;
  }

  #grow(): void {
    this.#lows = doubled(this.#lows);
    this.#highs = doubled(this.#highs);
    this.#slots = new Int32Array(this.#slots.length * 2).fill(EMPTY);
    const mask = this.#slots.length - 1;
    for (let number = 0; number < this.#count; number += 1) {
      let slot = scattered(this.#lows[number] ?? 0, this.#highs[number] ?? 0) & mask;
      while (this.#slots[slot] !== EMPTY) slot = (slot + 1) & mask;
      this.#slots[slot] = number;
    }
  }
}

function doubled(words: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(words.length * 2);
  larger.set(words);
  return larger;
}

function scattered(low: number, high: number): number {
  const mixed = Math.imul(low ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b);
  const again = Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35);
  return again ^ (again >>> 13);
}
