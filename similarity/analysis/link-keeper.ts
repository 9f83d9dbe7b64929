import {
  type Families,
  NeighbourEngine,
  type NeighbourEntry,
  type UpdateProgress,
} from '../neighbours/neighbour-engine.ts';
import { inStrides } from '../neighbours/in-strides.ts';
import { type CookieFacts, type IndexRow, entryOf } from './index-row.ts';
import { linksText, parseLinks } from './links.ts';
import type { RowChange } from './pair-changes.ts';
import { refOf } from './refs.ts';
import type { SimilarityConfig } from './similarity-config.ts';
import type { SimilarityIndex } from './similarity-index.ts';
import { TypeRules } from './type-rules.ts';

/** Follows a long computation; may throw to end it. */
export interface Following {
  readonly signal: AbortSignal;
  readonly progress: (progress: UpdateProgress) => void;
  /** Called every now and then where there is no progress to tell. */
  readonly alive: () => void;
}

/** Keeps the lists of neighbours in a whole index up to date. */
export class LinkKeeper {
  readonly #index: SimilarityIndex;
  readonly #engine: NeighbourEngine;
  readonly #following: Following;
  readonly #rules: TypeRules;
  readonly #refs = new Map<string, string>();
  /** Whether lists in the index are of another configuration, so that all cookies must be compared again. */
  #outdated: boolean;

  /** @param outdated - whether the lists in the index, all of which is loaded, were made with another configuration */
  constructor(index: SimilarityIndex, config: SimilarityConfig, outdated: boolean, following: Following) {
    this.#index = index;
    this.#following = following;
    this.#rules = new TypeRules(config.comparison_type_rules);
    this.#outdated = outdated;
    this.#engine = new NeighbourEngine({
      neighbours: config.neighbours,
      ssdeepThreshold: config.ssdeep_threshold,
      ...(config.attributes.length > 0 && { attributeThreshold: config.attribute_threshold }),
      comparable: this.#rules.kindsMeet,
    });
    if (!outdated) this.#restore();
  }

  /**
   * Takes what changed into the index, and everything that follows from it.
   * @returns the rows whose lists are others now, and those that went, by ref
   */
  async update(changes: ReadonlyMap<string, CookieFacts | undefined>): Promise<Map<string, RowChange>> {
    const before = new Map<string, IndexRow | undefined>();
    const removed: string[] = [];
    for (const [ref, facts] of changes) {
      const known = this.#index.get(ref);
      before.set(ref, known);
      if (facts === undefined && known !== undefined) removed.push(known.facts.identifier);
      if (facts === undefined) this.#index.delete(ref);
      else this.#index.set(ref, { links: '', ...known, facts });
    }
    const refs = await this.#compare(changes, removed);
    this.#relist(refs, before);
    const changed = new Map<string, RowChange>();
    for (const [ref, row] of before) {
      const now = this.#index.get(ref);
      if (row?.links !== now?.links) changed.set(ref, { before: row, now });
    }
    return changed;
  }

  /** The families that the lists make, whose names the rows have from now on. */
  families(): Families {
    const families = this.#engine.families();
    for (const [ref, row] of inStrides(this.#index.rows(), this.#following.alive)) {
      const name = families.of(row.facts.identifier, { members: 1 })?.name;
      const family = name === undefined ? undefined : this.#refOf(name);
      if (family === row.family) continue;
      const { facts, links } = row;
      this.#index.set(ref, { facts, links, ...(family !== undefined && { family }) });
    }
    return families;
  }

  /** Has the engine compare what must be compared. @returns the refs whose lists may be others now */
  async #compare(
    changes: ReadonlyMap<string, CookieFacts | undefined>,
    removed: readonly string[],
  ): Promise<Iterable<string>> {
    if (this.#outdated) {
      const all = Array.from(this.#index.rows(), ([, { facts }]) => this.#entryOf(facts));
      await this.#engine.update({ changed: all }, this.#following);
      this.#outdated = false;
      return all.map(({ id }) => this.#refOf(id));
    }
    const changed = [...changes.values()].filter((facts) => facts !== undefined).map((facts) => this.#entryOf(facts));
    return (await this.#engine.update({ changed, removed }, this.#following)).map((id) => this.#refOf(id));
  }

  #relist(refs: Iterable<string>, before: Map<string, IndexRow | undefined>): void {
    for (const ref of inStrides(refs, this.#following.alive)) {
      const row = this.#index.get(ref);
      if (row === undefined) continue;
      const neighbours = this.#engine.neighboursOf(row.facts.identifier) ?? [];
      const links = linksText(neighbours.map(({ id, measurements }) => ({ ref: this.#refOf(id), measurements })));
      if (links === row.links) continue;
      if (!before.has(ref)) before.set(ref, row);
      this.#index.set(ref, { ...row, links });
    }
  }

  #restore(): void {
    const identifiers = new Map<string, string>();
    for (const [ref, { facts }] of inStrides(this.#index.rows(), this.#following.alive)) {
      this.#engine.restoreEntry(this.#entryOf(facts));
      identifiers.set(ref, facts.identifier);
    }
    for (const [, { facts, links }] of inStrides(this.#index.rows(), this.#following.alive)) {
      const neighbours = parseLinks(links).map(({ ref, measurements }) => ({
        id: identifiers.get(ref) ?? '',
        measurements,
      }));
      this.#engine.restoreNeighbours(facts.identifier, neighbours);
    }
  }

  #entryOf(facts: CookieFacts): NeighbourEntry {
    return entryOf(facts, this.#rules.kindOf);
  }

  /** A hash, of the same identifiers again and again. */
  #refOf(identifier: string): string {
    const known = this.#refs.get(identifier);
    if (known !== undefined) return known;
    const ref = refOf(identifier);
    this.#refs.set(identifier, ref);
    return ref;
  }
}
