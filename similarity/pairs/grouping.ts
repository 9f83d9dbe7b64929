/** Whole numbers sorted into groups: each group's members in the order in which they came. */
export class Grouping {
  readonly #starts: Int32Array;
  readonly #members: Int32Array;

  /** @param groupOf - the group of each member, by member; -1 for those in none */
  constructor(groupOf: ArrayLike<number>, groups: number) {
    this.#starts = new Int32Array(groups + 1);
    for (let member = 0; member < groupOf.length; member += 1) this.#count(groupOf[member] ?? -1);
    for (let group = 0; group < groups; group += 1) {
      this.#starts[group + 1] = (this.#starts[group + 1] ?? 0) + (this.#starts[group] ?? 0);
    }
    this.#members = new Int32Array(this.#starts[groups] ?? 0);
    const next = this.#starts.slice();
    for (let member = 0; member < groupOf.length; member += 1) this.#put(member, groupOf[member] ?? -1, next);
  }

  /** The members of a group, ascending. */
  of(group: number): Int32Array {
    return this.#members.subarray(this.#starts[group] ?? 0, this.#starts[group + 1] ?? 0);
  }

  #count(group: number): void {
    if (group >= 0) this.#starts[group + 1] = (this.#starts[group + 1] ?? 0) + 1;
  }

  #put(member: number, group: number, next: Int32Array): void {
    if (group < 0) return;
    const at = next[group] ?? 0;
    this.#members[at] = member;
    next[group] = at + 1;
  }
}
