import type { EntryTable } from './entry-table.ts';

/** That two entries have no score by a measure. */
export const NO_SCORE = 65_535;

const HIGHEST_RANK = 65_534;
const NOBODY = -1;
const FIRST_CAPACITY = 64;

/** One neighbour of a list. */
export interface Listed {
  readonly slot: number;
  /** In hundredths of a percent. */
  readonly rank: number;
  /** By each measure in its unit; {@link NO_SCORE} where there is none. */
  readonly scores: readonly [digests: number, features: number];
}

/** A list's last neighbour as it was. */
interface Bound {
  readonly rank: number;
  /** -1 where it is not known any more who that was. */
  readonly slot: number;
}

/**
 * The best neighbours of entries, by slot, in typed arrays: the highest rank first, of equal ones the id that comes first.
 *
 * A full list that loses a neighbour does not know who comes next, only that nobody whom it does not name comes before its last one as it
 * was, its *bound*. So it takes only what does not come after that, and is doubtful until it is full again.
 */
export class NeighbourLists {
  readonly #limit: number;
  readonly #table: EntryTable;
  #counts = new Int32Array(0);
  #slots = new Int32Array(0);
  #ranks = new Uint16Array(0);
  #digestScores = new Uint16Array(0);
  #featureScores = new Uint16Array(0);
  readonly #bounds = new Map<number, Bound>();
  readonly #before = new Map<number, Int32Array>();

  /**
   * @param limit - how many neighbours a list has at most
   * @param table - whose places are the order of the ids; must be arranged whenever neighbours are put in
   */
  constructor(limit: number, table: EntryTable) {
    this.#limit = limit;
    this.#table = table;
  }

  /** Forgets what has changed so far, and makes room for all slots of the table. */
  begin(): void {
    this.#before.clear();
    if (this.#table.end > this.#counts.length) this.#grow();
  }

  /** The slots whose lists differ from what they were at the beginning. */
  changed(): number[] {
    return [...this.#before].filter(([slot, before]) => !isEqual(before, this.#copy(slot))).map(([slot]) => slot);
  }

  /** A list, the best first. */
  of(slot: number): Listed[] {
    const first = slot * this.#limit;
    return Array.from({ length: this.#counts[slot] ?? 0 }, (_, at) => this.#listed(first + at));
  }

  /** Tells a list's neighbours and their ranks, the best first. */
  visit(slot: number, visitor: (neighbour: number, rank: number) => void): void {
    const first = slot * this.#limit;
    const end = first + (this.#counts[slot] ?? 0);
    for (let at = first; at < end; at += 1) visitor(this.#slots[at] ?? 0, this.#ranks[at] ?? 0);
  }

  /** What a rank must exceed to have a chance in a list. */
  floorOf(slot: number): number {
    const count = this.#counts[slot] ?? 0;
    const last = count === this.#limit ? (this.#ranks[slot * this.#limit + count - 1] ?? 0) : 0;
    const bound = this.#bounds.get(slot)?.rank ?? 0;
    // An equal rank may do, if the id comes first.
    return Math.max(last, bound) - 1;
  }

  /** Whether a list would take a neighbour that it does not have yet. */
  admits(slot: number, neighbour: number, rank: number): boolean {
    const bound = this.#bounds.get(slot);
    if (bound !== undefined && neighbour !== bound.slot && !this.#isBefore(rank, neighbour, bound.rank, bound.slot))
      return false;
    if (bound !== undefined && neighbour === bound.slot && rank < bound.rank) return false;
    const count = this.#counts[slot] ?? 0;
    if (count < this.#limit) return true;
    const last = slot * this.#limit + count - 1;
    return this.#isBefore(rank, neighbour, this.#ranks[last] ?? 0, this.#slots[last] ?? 0);
  }

  has(slot: number, neighbour: number): boolean {
    const first = slot * this.#limit;
    const end = first + (this.#counts[slot] ?? 0);
    for (let at = first; at < end; at += 1) if (this.#slots[at] === neighbour) return true;
    return false;
  }

  /** Puts in a neighbour that the list admits and does not have; a full list loses its last one. */
  put(slot: number, { slot: neighbour, rank, scores }: Listed): void {
    this.#remember(slot);
    const first = slot * this.#limit;
    const count = Math.min((this.#counts[slot] ?? 0) + 1, this.#limit);
    this.#counts[slot] = count;
    let at = first + count - 1;
    for (; at > first && this.#isBefore(rank, neighbour, this.#ranks[at - 1] ?? 0, this.#slots[at - 1] ?? 0); at -= 1) {
      this.#move(at - 1, at);
    }
    this.#slots[at] = neighbour;
    this.#ranks[at] = rank;
    [this.#digestScores[at], this.#featureScores[at]] = scores;
  }

  /** Empties a list that is to be filled from nothing. */
  clear(slot: number): void {
    this.#remember(slot);
    this.#counts[slot] = 0;
    this.#bounds.delete(slot);
  }

  /** Empties the list of a slot that becomes another's. */
  forget(slot: number): void {
    this.#counts[slot] = 0;
    this.#bounds.delete(slot);
    this.#before.delete(slot);
  }

  /** Takes the neighbours that are marked, by slot, out of a list. */
  strip(slot: number, marked: Uint8Array): void {
    const first = slot * this.#limit;
    const count = this.#counts[slot] ?? 0;
    let kept = first;
    for (let at = first; at < first + count; at += 1) {
      if (marked[this.#slots[at] ?? 0] !== 1) kept += 1;
      else if (kept === at) break;
    }
    if (kept === first + count) return;
    this.#remember(slot);
    if (count === this.#limit) this.#bind(slot);
    kept = first;
    for (let at = first; at < first + count; at += 1) if (marked[this.#slots[at] ?? 0] !== 1) this.#move(at, kept++);
    this.#counts[slot] = kept - first;
  }

  /** Says that a list as long as it may be named somebody who is not known any more. */
  doubt(slot: number): void {
    const count = this.#counts[slot] ?? 0;
    if (count > 0) this.#bind(slot);
    else this.#bounds.set(slot, { rank: HIGHEST_RANK, slot: NOBODY });
  }

  /** The slots of lists that may lack neighbours; to be asked for when all that changed was offered. */
  doubtful(): number[] {
    for (const slot of this.#bounds.keys()) if (this.#counts[slot] === this.#limit) this.#bounds.delete(slot);
    return [...this.#bounds.keys()];
  }

  #bind(slot: number): void {
    if (this.#bounds.has(slot)) return;
    const last = slot * this.#limit + (this.#counts[slot] ?? 0) - 1;
    this.#bounds.set(slot, { rank: this.#ranks[last] ?? 0, slot: this.#slots[last] ?? NOBODY });
  }

  #isBefore(rank: number, slot: number, otherRank: number, otherSlot: number): boolean {
    if (rank !== otherRank) return rank > otherRank;
    const { places } = this.#table;
    return (places[slot] ?? 0) < (places[otherSlot] ?? NOBODY);
  }

  #remember(slot: number): void {
    if (!this.#before.has(slot)) this.#before.set(slot, this.#copy(slot));
  }

  #copy(slot: number): Int32Array {
    const [first, count] = [slot * this.#limit, this.#counts[slot] ?? 0];
    const copy = new Int32Array(3 * count);
    copy.set(this.#slots.subarray(first, first + count));
    copy.set(this.#digestScores.subarray(first, first + count), count);
    copy.set(this.#featureScores.subarray(first, first + count), 2 * count);
    return copy;
  }

  #listed(at: number): Listed {
    const scores = [this.#digestScores[at] ?? NO_SCORE, this.#featureScores[at] ?? NO_SCORE] as const;
    return { slot: this.#slots[at] ?? 0, rank: this.#ranks[at] ?? 0, scores };
  }

  #move(from: number, to: number): void {
    this.#slots[to] = this.#slots[from] ?? 0;
    this.#ranks[to] = this.#ranks[from] ?? 0;
    this.#digestScores[to] = this.#digestScores[from] ?? NO_SCORE;
    this.#featureScores[to] = this.#featureScores[from] ?? NO_SCORE;
  }

  #grow(): void {
    const lists = Math.max(FIRST_CAPACITY, this.#table.end, Math.ceil(1.5 * this.#counts.length));
    this.#counts = resized(this.#counts, new Int32Array(lists));
    this.#slots = resized(this.#slots, new Int32Array(lists * this.#limit));
    this.#ranks = resized(this.#ranks, new Uint16Array(lists * this.#limit));
    this.#digestScores = resized(this.#digestScores, new Uint16Array(lists * this.#limit));
    this.#featureScores = resized(this.#featureScores, new Uint16Array(lists * this.#limit));
  }
}

function resized<Words extends Int32Array | Uint16Array>(words: ArrayLike<number>, larger: Words): Words {
  larger.set(words);
  return larger;
}

function isEqual(one: Int32Array, other: Int32Array): boolean {
  return one.length === other.length && one.every((number, at) => number === other[at]);
}
