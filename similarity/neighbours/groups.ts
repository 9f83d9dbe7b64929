import { Grouping } from '../pairs/grouping.ts';

const NONE = -1;
const MOST_KINDS = 2 ** 21;

/** Entries of one point and one kind are a group: they have the same neighbours, apart from themselves. */
export class Groups {
  /** How many groups there are. */
  readonly count: number;
  /** By place, the group of the entry there; -1 of those without a point. */
  readonly groupOf: Int32Array;
  readonly #points: number[] = [];
  readonly #kinds: number[] = [];
  readonly #members: Grouping;
  readonly #ofPoint: Grouping;

  /**
   * @param order - the slots of all entries, place by place
   * @param pointOf - by slot; -1 of those without one
   * @param kindOf - by slot
   * @param points - all points are below this one
   */
  constructor(order: Int32Array, pointOf: readonly number[], kindOf: readonly number[], points: number) {
    const numbers = new Map<number, number>();
    this.groupOf = order.map((slot) => this.#number(numbers, pointOf[slot] ?? NONE, kindOf[slot] ?? 0));
    this.count = numbers.size;
    this.#members = new Grouping(this.groupOf, this.count);
    this.#ofPoint = new Grouping(this.#points, points);
  }

  pointOf(group: number): number {
    return this.#points[group] ?? NONE;
  }

  kindOf(group: number): number {
    return this.#kinds[group] ?? 0;
  }

  /** The places of a group's entries, ascending. */
  members(group: number): Int32Array {
    return this.#members.of(group);
  }

  /** The groups of a point. */
  ofPoint(point: number): Int32Array {
    return this.#ofPoint.of(point);
  }

  #number(numbers: Map<number, number>, point: number, kind: number): number {
    if (point === NONE) return NONE;
    const key = point * MOST_KINDS + kind;
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, numbers.size);
    this.#points.push(point);
    this.#kinds.push(kind);
    return numbers.size - 1;
  }
}
