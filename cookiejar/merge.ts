import { canonicalJson } from './canonical-json.ts';
import type { Enrichment } from './enrichment.ts';
import { RULE_APPLICATION, enrichmentKey } from './enrichment-key.ts';
import type { Head, KeyedEnrichment, PageReference } from './head.ts';
import { compareEnrichments } from './time-order.ts';

/** The pages read so far, by id. */
export type LoadedPages = ReadonlyMap<string, readonly KeyedEnrichment[]>;

/** What adding enrichments comes to. */
export type MergeResult =
  | {
      readonly kind: 'merged';
      readonly enrichments: readonly KeyedEnrichment[];
      /** Those of them that are new. */
      readonly added: readonly KeyedEnrichment[];
    }
  /** These pages may hold what was added, or what came just before it: to be tried again with them. */
  | { readonly kind: 'needs-pages'; readonly ids: readonly string[] };

/** Enrichments with their keys, in time order, each once. */
export function keyed(enrichments: readonly Enrichment[]): KeyedEnrichment[] {
  const unique = new Map<string, KeyedEnrichment>();
  for (const enrichment of enrichments.toSorted(compareEnrichments)) {
    const key = enrichmentKey(enrichment);
    if (!unique.has(key)) unique.set(key, { ...enrichment, key });
  }
  return [...unique.values()];
}

/**
 * Adds enrichments to those that a cookie has: new ones only, and none that says the same as the one of its source
 * just before it in time.
 * @param options.loaded whether a loader brought them: then none that says the same as the one just after it either
 */
export function mergeEnrichments(
  head: Pick<Head, 'enrichments' | 'pages' | 'pin'>,
  additions: readonly KeyedEnrichment[],
  pages: LoadedPages,
  { loaded = false }: { readonly loaded?: boolean } = {},
): MergeResult {
  const merge = new Merge(head, pages, loaded);
  for (const addition of additions) merge.add(addition);
  return merge.result();
}

class Merge {
  readonly #head: Pick<Head, 'pages' | 'pin'>;
  readonly #pages: LoadedPages;
  readonly #loaded: boolean;
  readonly #enrichments: KeyedEnrichment[];
  readonly #keys: Set<string>;
  readonly #added: KeyedEnrichment[] = [];
  readonly #missing = new Set<string>();

  constructor(head: Pick<Head, 'enrichments' | 'pages' | 'pin'>, pages: LoadedPages, loaded: boolean) {
    this.#head = head;
    this.#pages = pages;
    this.#loaded = loaded;
    this.#enrichments = [...head.enrichments];
    this.#keys = new Set(head.enrichments.map(({ key }) => key));
  }

  add(addition: KeyedEnrichment): void {
    if (this.#keys.has(addition.key)) return;
    const older = this.#enrichments.findLast((other) => isEarlierOfSource(other, addition));
    const paged = this.#fromPages(this.#pagesToAsk(addition, older));
    if (paged.some(({ key }) => key === addition.key)) return;
    if (addition.source !== RULE_APPLICATION && saysNothingNew(addition, older, paged)) return;
    if (this.#loaded && this.#isSaidSoon(addition)) return;
    this.#insert(addition);
  }

  result(): MergeResult {
    if (this.#missing.size > 0) return { kind: 'needs-pages', ids: [...this.#missing] };
    return { kind: 'merged', enrichments: this.#enrichments, added: this.#added };
  }

  /** A loader that is called once more, because nobody knew that it was still at it, may be done before its first call. */
  #isSaidSoon(addition: KeyedEnrichment): boolean {
    const newer = this.#enrichments.find((other) => isEarlierOfSource(addition, other));
    return newer !== undefined && canonicalJson(newer.metadata) === canonicalJson(addition.metadata);
  }

  #insert(addition: KeyedEnrichment): void {
    const before = this.#enrichments.findLastIndex((other) => compareEnrichments(other, addition) <= 0);
    this.#enrichments.splice(before + 1, 0, addition);
    this.#keys.add(addition.key);
    this.#added.push(addition);
  }

  /** The pages that may hold the addition itself, or one of its source between it and the one before it here. */
  #pagesToAsk(addition: KeyedEnrichment, older: KeyedEnrichment | undefined): readonly PageReference[] {
    const { pages, pin } = this.#head;
    if (addition.source === RULE_APPLICATION) {
      // Found by job and rule; those of the job under way never leave the head, and a straggler repeats its own time.
      return addition.metadata['job'] === pin?.job ? [] : pages.filter(({ to }) => to >= addition.timestamp);
    }
    // The newest of each source is in the head, so what is newer still was never seen.
    if (!this.#enrichments.some((other) => isEarlierOfSource(addition, other))) return [];
    return pages.filter(({ from, to }) => from <= addition.timestamp && to >= (older?.timestamp ?? ''));
  }

  #fromPages(references: readonly PageReference[]): readonly KeyedEnrichment[] {
    return references.flatMap(({ id }) => {
      const page = this.#pages.get(id);
      if (page === undefined) this.#missing.add(id);
      return page ?? [];
    });
  }
}

function saysNothingNew(
  addition: KeyedEnrichment,
  older: KeyedEnrichment | undefined,
  paged: readonly KeyedEnrichment[],
): boolean {
  const candidates = paged.filter((other) => isEarlierOfSource(other, addition));
  const [before] = (older ? [older, ...candidates] : candidates).toSorted((a, b) => compareEnrichments(b, a));
  return before !== undefined && canonicalJson(before.metadata) === canonicalJson(addition.metadata);
}

function isEarlierOfSource(one: Enrichment, other: Enrichment): boolean {
  return one.source === other.source && compareEnrichments(one, other) < 0;
}

/** An enrichment as others know it. */
export function withoutKey({ source, timestamp, metadata }: KeyedEnrichment): Enrichment {
  return { source, timestamp, metadata };
}
