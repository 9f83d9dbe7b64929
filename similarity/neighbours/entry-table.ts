const NONE = -1;

/** Ids in numbered slots, and in their order. A slot stays an id's for as long as it is there. */
export class EntryTable {
  readonly #slots = new Map<string, number>();
  readonly #ids: string[] = [];
  readonly #free: number[] = [];
  #fresh: number[] = [];
  #order = new Int32Array(0);
  #places = new Int32Array(0);
  #arranged = true;

  /** How many ids there are. */
  get size(): number {
    return this.#slots.size;
  }

  /** All slots are below this one. */
  get end(): number {
    return this.#ids.length;
  }

  /** The slots in the order of their ids, as last arranged. */
  get order(): Int32Array {
    return this.#order;
  }

  /** By slot, where it is in the order, as last arranged. */
  get places(): Int32Array {
    return this.#places;
  }

  ids(): IterableIterator<string> {
    return this.#slots.keys();
  }

  /** The slot of an id; -1 where there is none. */
  slotOf(id: string): number {
    return this.#slots.get(id) ?? NONE;
  }

  idOf(slot: number): string {
    return this.#ids[slot] ?? '';
  }

  /** Gives a slot to an id that has none. */
  add(id: string): number {
    const slot = this.#free.pop() ?? this.#ids.length;
    this.#ids[slot] = id;
    this.#slots.set(id, slot);
    this.#fresh.push(slot);
    this.#arranged = false;
    return slot;
  }

  /** Puts the slots in order, at a cost in proportion to all plus that of sorting those added since. */
  arrange(): void {
    if (this.#arranged) return;
    const added = this.#fresh.toSorted((one, other) => (this.idOf(one) < this.idOf(other) ? -1 : 1));
    this.#order = this.#merged(added);
    this.#places = new Int32Array(this.end).fill(NONE);
    for (const [place, slot] of this.#order.entries()) this.#places[slot] = place;
    this.#fresh = [];
    this.#arranged = true;
  }

  /** Takes slots, which must have been arranged, from their ids, so that they may become others'. */
  remove(slots: readonly number[]): void {
    if (slots.length === 0) return;
    const removed = new Set(slots);
    this.#order = this.#order.filter((slot) => !removed.has(slot));
    for (const slot of slots) {
      this.#slots.delete(this.idOf(slot));
      this.#ids[slot] = '';
      this.#free.push(slot);
    }
    this.#arranged = false;
  }

  #merged(added: readonly number[]): Int32Array<ArrayBuffer> {
    const merged = new Int32Array(this.#order.length + added.length);
    let at = 0;
    let next = 0;
    for (const slot of this.#order) {
      while (next < added.length && this.idOf(added[next] ?? 0) < this.idOf(slot)) merged[at++] = added[next++] ?? 0;
      merged[at++] = slot;
    }
    while (next < added.length) merged[at++] = added[next++] ?? 0;
    return merged;
  }
}
