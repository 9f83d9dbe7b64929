/**
 * Which nodes hang together, as edges are told one after the other: disjoint sets, united by size and with halved paths (R. E. Tarjan, J.
 * van Leeuwen, "Worst-case Analysis of Set Union Algorithms", 1984).
 */
export class Components {
  readonly #parents: Int32Array;
  readonly #sizes: Int32Array;

  /** @param nodes - how many there are; they are numbered from 0 on */
  constructor(nodes: number) {
    this.#parents = Int32Array.from({ length: nodes }, (_, node) => node);
    this.#sizes = new Int32Array(nodes).fill(1);
  }

  /** Takes an edge. */
  join(one: number, other: number): void {
    const [root, otherRoot] = [this.rootOf(one), this.rootOf(other)];
    if (root === otherRoot) return;
    const larger = this.#sizeOfRoot(root) >= this.#sizeOfRoot(otherRoot) ? root : otherRoot;
    const smaller = larger === root ? otherRoot : root;
    this.#parents[smaller] = larger;
    this.#sizes[larger] = this.#sizeOfRoot(larger) + this.#sizeOfRoot(smaller);
  }

  /** The node that stands for all that hang together with this one, until the next edge. */
  rootOf(node: number): number {
    const parents = this.#parents;
    let at = node;
    for (;;) {
      const parent = parents[at] ?? at;
      const above = parents[parent] ?? parent;
      if (parent === above) return parent;
      parents[at] = above;
      at = above;
    }
  }

  /** How many hang together with a node, itself among them. */
  sizeOf(node: number): number {
    return this.#sizeOfRoot(this.rootOf(node));
  }

  #sizeOfRoot(root: number): number {
    return this.#sizes[root] ?? 0;
  }
}
