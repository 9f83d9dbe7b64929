/** One of many that is similar to another. */
export interface Neighbour {
  /** Its place among all, from 0 on. */
  readonly index: number;
  readonly score: number;
}

/** The few best neighbours of each of many kinds, in typed arrays: each kind's places are sorted, the best first. */
export class Podiums {
  /** By kind, what a score must exceed to have a chance of a place. */
  readonly floors: Uint16Array;
  readonly #places: number;
  readonly #indices: Int32Array;
  readonly #scores: Uint16Array;
  readonly #taken: Int32Array;

  /**
   * @param places - how many each kind has
   * @param threshold - what a score must exceed for any place
   */
  constructor(kinds: number, places: number, threshold: number) {
    this.floors = new Uint16Array(kinds).fill(threshold);
    this.#places = places;
    this.#indices = new Int32Array(kinds * places);
    this.#scores = new Uint16Array(kinds * places);
    this.#taken = new Int32Array(kinds);
  }

  /** Offers neighbours of one score, at most 65,535, with ascending indices, each of which was not offered before. */
  offer(kind: number, indices: Int32Array, score: number): void {
    for (const index of indices) {
      if (!this.#place(kind, index, score)) return;
    }
  }

  /** The places taken, the best first. */
  best(kind: number): Neighbour[] {
    return Array.from({ length: this.#taken[kind] ?? 0 }, (_, place) => ({
      index: this.#indices[kind * this.#places + place] ?? 0,
      score: this.#scores[kind * this.#places + place] ?? 0,
    }));
  }

  #place(kind: number, index: number, score: number): boolean {
    const first = kind * this.#places;
    const end = first + this.#places;
    let at = first + (this.#taken[kind] ?? 0);
    if (at === end && !this.#beats(index, score, at - 1)) return false;
    if (at === end) at -= 1;
    else this.#taken[kind] = at - first + 1;
    for (; at > first && this.#beats(index, score, at - 1); at -= 1) {
      this.#indices[at] = this.#indices[at - 1] ?? 0;
      this.#scores[at] = this.#scores[at - 1] ?? 0;
    }
    this.#indices[at] = index;
    this.#scores[at] = score;
    this.#raiseFloor(kind, end - 1);
    return true;
  }

  #raiseFloor(kind: number, last: number): void {
    // An equal score still takes the last place if the index is lower.
    if (this.#taken[kind] === this.#places) {
      this.floors[kind] = Math.max(this.floors[kind] ?? 0, (this.#scores[last] ?? 0) - 1);
    }
  }

  #beats(index: number, score: number, place: number): boolean {
    const placed = this.#scores[place] ?? 0;
    return score === placed ? index < (this.#indices[place] ?? 0) : score > placed;
  }
}
