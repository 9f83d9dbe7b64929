import { Grouping } from '../pairs/grouping.ts';
import { Components } from './components.ts';
import type { Family } from './family.ts';

/** Lists of neighbours of numbered nodes. */
export interface NeighbourGraph {
  /** The nodes' ids, sorted; a node is a place in it. */
  readonly ids: readonly string[];
  /** Tells all neighbours of all nodes. */
  readonly visit: (visitor: (node: number, neighbour: number, rank: number) => void) => void;
}

/**
 * The families of a graph: nodes that hang together by neighbours, whichever of two lists names the other. A node without any is in none.
 *
 * A family is named by the member that most others have among their neighbours; of equal ones, the one with the higher ranks there, in sum;
 * then the one whose id comes first.
 */
export class Families {
  readonly #ids: readonly string[];
  readonly #components: Components;
  readonly #names: Int32Array;
  readonly #members: Grouping;

  constructor({ ids, visit }: NeighbourGraph) {
    this.#ids = ids;
    this.#components = new Components(ids.length);
    const named = new Int32Array(ids.length);
    const ranks = new Float64Array(ids.length);
    visit((node, neighbour, rank) => {
      this.#components.join(node, neighbour);
      named[neighbour] = (named[neighbour] ?? 0) + 1;
      ranks[neighbour] = (ranks[neighbour] ?? 0) + rank;
    });
    this.#names = this.#namesBy(
      (one, other) => compare(named, one, other) || compare(ranks, one, other) || one - other,
    );
    this.#members = new Grouping(
      ids.map((_, node) => this.#familyOf(node)),
      ids.length,
    );
  }

  /** The largest first, of equally large ones by name; each with at most `members` members, from 1 on. */
  list({ limit = Infinity, members }: { readonly limit?: number; readonly members: number }): Family[] {
    const roots = this.#ids.map((_, node) => node).filter((node) => this.#familyOf(node) === node);
    // Nodes are in the order of their ids.
    const name = (root: number): number => this.#names[root] ?? 0;
    const sorted = roots.toSorted(
      (one, other) => this.#components.sizeOf(other) - this.#components.sizeOf(one) || name(one) - name(other),
    );
    return sorted.slice(0, limit).map((root) => this.#family(root, members));
  }

  /** The family of a node, with at most `members` members, from 1 on; undefined where it is in none, or there is none of that id. */
  of(id: string, { members }: { readonly members: number }): Family | undefined {
    const node = nodeOf(this.#ids, id);
    const root = node < 0 ? -1 : this.#familyOf(node);
    return root < 0 ? undefined : this.#family(root, members);
  }

  /** The names of the families of all nodes that are in one. */
  *names(): Generator<readonly [id: string, name: string], void, undefined> {
    for (const [node, id] of this.#ids.entries()) {
      const root = this.#familyOf(node);
      if (root >= 0) yield [id, this.#nameOf(root)];
    }
  }

  /** The root of a node's family; -1 where it has none. */
  #familyOf(node: number): number {
    return this.#components.sizeOf(node) > 1 ? this.#components.rootOf(node) : -1;
  }

  #namesBy(order: (one: number, other: number) => number): Int32Array {
    const names = new Int32Array(this.#ids.length).fill(-1);
    for (const node of this.#ids.keys()) {
      const root = this.#components.rootOf(node);
      const best = names[root] ?? -1;
      if (best < 0 || order(node, best) < 0) names[root] = node;
    }
    return names;
  }

  #family(root: number, members: number): Family {
    const name = this.#names[root] ?? 0;
    const all = this.#members.of(root);
    const others = all.subarray(0, members).filter((node) => node !== name);
    return {
      name: this.#nameOf(root),
      size: all.length,
      members: [this.#nameOf(root), ...Array.from(others.subarray(0, members - 1), (node) => this.#ids[node] ?? '')],
    };
  }

  #nameOf(root: number): string {
    return this.#ids[this.#names[root] ?? 0] ?? '';
  }
}

/** The higher first. */
function compare(numbers: ArrayLike<number>, one: number, other: number): number {
  return (numbers[other] ?? 0) - (numbers[one] ?? 0);
}

function nodeOf(ids: readonly string[], id: string): number {
  let [low, high] = [0, ids.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ids[middle] ?? '') < id) low = middle + 1;
    else high = middle;
  }
  return ids[low] === id ? low : -1;
}
