import { type EnrichmentDiff, diffEnrichments } from './diff.ts';
import type { Enrichment } from './enrichment.ts';
import { frozenEnrichment } from './frozen.ts';
import { compareEnrichments } from './time-order.ts';

/** The enrichments of one cookie in time order, those of one instant ordered by content. Nobody can change them. */
export class EnrichmentCollection implements Iterable<Enrichment> {
  readonly #enrichments: readonly Enrichment[];

  constructor(enrichments: Iterable<Enrichment> = []) {
    this.#enrichments = Object.freeze(Array.from(enrichments, frozenEnrichment).toSorted(compareEnrichments));
    Object.freeze(this);
  }

  get length(): number {
    return this.#enrichments.length;
  }

  [Symbol.iterator](): Iterator<Enrichment> {
    return this.#enrichments[Symbol.iterator]();
  }

  /** All enrichments that one source brought, in time order. */
  fromSource(source: string): readonly Enrichment[] {
    return this.#enrichments.filter((enrichment) => enrichment.source === source);
  }

  /** The newest enrichment that one source brought. */
  mostRecent(source: string): Enrichment | undefined {
    return this.#enrichments.findLast((enrichment) => enrichment.source === source);
  }

  /** The names of all sources, each once, in the order in which they first brought something. */
  sources(): readonly string[] {
    return [...new Set(this.#enrichments.map(({ source }) => source))];
  }

  /**
   * What changed between two enrichments of one source.
   * @param keys the top-level keys of metadata to compare; all by default
   * @throws DifferentSourcesError
   */
  diff(older: Enrichment, newer: Enrichment, keys?: Iterable<string>): EnrichmentDiff {
    return diffEnrichments(older, newer, keys);
  }

  toJSON(): readonly Enrichment[] {
    return this.#enrichments;
  }
}
