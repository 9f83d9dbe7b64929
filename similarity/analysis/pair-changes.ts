import { type IndexRow } from './index-row.ts';
import { pairId } from './document-ids.ts';
import { measurementsIn, parseLinks, sameMeasurements } from './links.ts';
import type { Measurements } from '../neighbours/neighbour-engine.ts';
import type { PlannedChange } from './planned-changes.ts';

/** A cookie's row before and after a turn; absent where there was or is none. */
export interface RowChange {
  readonly before: IndexRow | undefined;
  readonly now: IndexRow | undefined;
}

/** How many relationships came, changed and went. */
export interface PairCounts {
  added: number;
  changed_scores: number;
  removed: number;
}

/**
 * What becomes of relationships when cookies' lists of neighbours change. There is one between two cookies if at least one of them has the
 * other in its list.
 */
export class PairChanges {
  readonly counts: PairCounts = { added: 0, changed_scores: 0, removed: 0 };
  readonly #changes: ReadonlyMap<string, RowChange>;
  readonly #rowOf: (ref: string) => IndexRow | undefined;
  readonly #ts: string;
  readonly #mayReturn: boolean;

  /**
   * @param changes - by ref
   * @param rowOf - every cookie's row as it is now
   * @param ts - when this was found out, as an ISO instant
   * @param mayReturn - whether a cookie without a row before may have had one once
   */
  constructor(
    changes: ReadonlyMap<string, RowChange>,
    rowOf: (ref: string) => IndexRow | undefined,
    ts: string,
    mayReturn: boolean,
  ) {
    this.#changes = changes;
    this.#rowOf = rowOf;
    this.#ts = ts;
    this.#mayReturn = mayReturn;
  }

  /** The changes, each pair once. */
  *plan(): Generator<PlannedChange, void, undefined> {
    for (const [ref, { before, now }] of this.#changes) {
      if (now) yield* this.#written(ref, before?.links ?? '', now);
      if (before) yield* this.#removed(ref, before.links, now?.links ?? '');
    }
  }

  *#written(ref: string, before: string, now: IndexRow): Generator<PlannedChange, void, undefined> {
    for (const { ref: other, measurements } of parseLinks(now.links)) {
      if (this.#isTold(other, ref) && this.#linksNow(other).includes(ref)) continue;
      const known = measurementsIn(before, other) ?? measurementsIn(this.#linksBefore(other), ref);
      if (known && sameMeasurements(known, measurements)) continue;
      this.counts[known ? 'changed_scores' : 'added'] += 1;
      const neighbour = this.#rowOf(other)?.facts.identifier ?? '';
      const plan = this.#pair(pairId(ref, other), [now.facts.identifier, neighbour], measurements);
      yield known || this.#isNew(ref) || this.#isNew(other) ? { ...plan, known: true } : plan;
    }
  }

  *#removed(ref: string, before: string, now: string): Generator<PlannedChange, void, undefined> {
    for (const { ref: other } of parseLinks(before)) {
      if (now.includes(other) || this.#linksNow(other).includes(ref)) continue;
      if (this.#isTold(other, ref) && this.#linksBefore(other).includes(ref)) continue;
      this.counts.removed += 1;
      yield { id: pairId(ref, other) };
    }
  }

  /** Whether there was never a relationship with a cookie before. */
  #isNew(ref: string): boolean {
    const change = this.#changes.get(ref);
    return !this.#mayReturn && change !== undefined && change.before === undefined;
  }

  /** Whether what both cookies' lists say of each other is told where it is the other's turn. */
  #isTold(other: string, ref: string): boolean {
    return other < ref && this.#changes.has(other);
  }

  #linksBefore(ref: string): string {
    const change = this.#changes.get(ref);
    return (change ? change.before : this.#rowOf(ref))?.links ?? '';
  }

  #linksNow(ref: string): string {
    return this.#rowOf(ref)?.links ?? '';
  }

  #pair(id: string, cookies: readonly string[], measurements: Measurements): PlannedChange {
    return { id, body: { cookies: cookies.toSorted(), measurements: { ...measurements }, ts: this.#ts } };
  }
}
