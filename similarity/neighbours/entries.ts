import type { NeighbourEntry } from './neighbour-entry.ts';
import { EntryTable } from './entry-table.ts';
import { Groups } from './groups.ts';
import type { Kinds } from './kinds.ts';
import type { Measure } from './measure.ts';
import { type Listed, NO_SCORE } from './neighbour-lists.ts';

const NONE = -1;

/** An entry found to be in order, not taken yet. */
export interface Reading {
  readonly id: string;
  readonly kind: string;
  /** By measure, what makes its part a point; undefined where it has none. */
  readonly parts: readonly [digest: (() => number) | undefined, features: (() => number) | undefined];
}

/** What became of a slot when an entry was taken. */
export interface Taken {
  readonly slot: number;
  /** Whether there was an entry of that id. */
  readonly isKnown: boolean;
  /** Whether it says the same as before. */
  readonly isSame: boolean;
}

/** What is compared of all entries, by slot. */
export class Entries {
  readonly table = new EntryTable();
  readonly measures: readonly [digests: Measure, features: Measure];
  readonly kinds: Kinds;
  readonly #kindOf: number[] = [];
  readonly #points: readonly [digests: number[], features: number[]] = [[], []];

  constructor(measures: readonly [digests: Measure, features: Measure], kinds: Kinds) {
    this.measures = measures;
    this.kinds = kinds;
  }

  /** @throws InvalidDigestError, InvalidFeaturesError */
  read(entry: NeighbourEntry): Reading {
    const [digests, features] = this.measures;
    return { id: entry.id, kind: entry.kind, parts: [digests.read(entry), features.read(entry)] };
  }

  take({ id, kind, parts }: Reading): Taken {
    const known = this.table.slotOf(id);
    const slot = known === NONE ? this.table.add(id) : known;
    const number = this.kinds.numberOf(kind);
    const points = parts.map((hold) => hold?.() ?? NONE);
    const isSame =
      known !== NONE && this.#kindOf[slot] === number && this.#points.every((of, at) => of[slot] === points[at]);
    if (known !== NONE) this.#release(slot);
    this.#kindOf[slot] = number;
    for (const [at, of] of this.#points.entries()) of[slot] = points[at] ?? NONE;
    return { slot, isKnown: known !== NONE, isSame };
  }

  /** Lets an entry go; its slot stays its own until it is removed from the table. */
  drop(slot: number): void {
    this.#release(slot);
    for (const of of this.#points) of[slot] = NONE;
  }

  /** The groups of all entries by a measure; the table must be arranged. */
  groupsBy(measure: 0 | 1): Groups {
    return new Groups(this.table.order, this.#points[measure], this.#kindOf, this.measures[measure].end);
  }

  /**
   * What one entry is to another.
   *
   * @param score - what is known of it already, by the measure given
   */
  listed(slot: number, other: number, measure?: 0 | 1, score = NO_SCORE): Listed {
    const scores = [
      measure === 0 ? score : this.#score(0, slot, other),
      measure === 1 ? score : this.#score(1, slot, other),
    ] as const;
    return { slot: other, rank: this.#rank(slot, other, scores), scores };
  }

  /** As {@link listed}, of one that was listed before with these scores. */
  listedAgain(slot: number, other: number, scores: Listed['scores']): Listed {
    const [{ floor }, features] = this.measures;
    const isByDigests = scores[0] !== NO_SCORE && scores[0] > floor;
    // If it was not by their digests, it was by their features, and nobody needs to find that out again.
    if (isByDigests) return { slot: other, rank: this.#rank(slot, other, scores), scores };
    const isByFeatures = scores[1] !== NO_SCORE && scores[1] > features.floor;
    return { slot: other, rank: isByFeatures ? scores[1] * features.unit : 0, scores };
  }

  /** The highest score of those by which a search finds the two, in hundredths of a percent; 0 where none does. */
  #rank(slot: number, other: number, scores: Listed['scores']): number {
    let rank = 0;
    for (const at of [0, 1] as const) {
      const [measure, score] = [this.measures[at], scores[at]];
      if (score === NO_SCORE || score * measure.unit <= rank) continue;
      if (measure.finds(this.#pointOf(at, slot), this.#pointOf(at, other), score)) rank = score * measure.unit;
    }
    return rank;
  }

  #score(at: 0 | 1, slot: number, other: number): number {
    const [point, otherPoint] = [this.#pointOf(at, slot), this.#pointOf(at, other)];
    return point === NONE || otherPoint === NONE ? NO_SCORE : this.measures[at].score(point, otherPoint);
  }

  #pointOf(measure: 0 | 1, slot: number): number {
    return this.#points[measure][slot] ?? NONE;
  }

  #release(slot: number): void {
    for (const [at, measure] of this.measures.entries()) {
      const point = this.#points[at]?.[slot] ?? NONE;
      if (point !== NONE) measure.release(point);
    }
  }
}
