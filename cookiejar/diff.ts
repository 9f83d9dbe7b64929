import { canonicalJson, isJsonArray } from './canonical-json.ts';
import type { Enrichment } from './enrichment.ts';
import { DifferentSourcesError } from './errors.ts';
import type { JsonObject, JsonValue } from './json.ts';

/** What changed between two enrichments, in the shape of their metadata. */
export interface EnrichmentDiff {
  /** What only the newer one says; of a changed value the new one. */
  readonly additions: JsonObject;
  /** What only the older one says; of a changed value the old one. */
  readonly deletions: JsonObject;
}

/**
 * Compares the metadata of two enrichments of one source. Arrays are compared as sets of values, objects member by
 * member, everything else as a whole.
 * @param keys the top-level keys to compare; all by default
 * @throws DifferentSourcesError
 */
export function diffEnrichments(older: Enrichment, newer: Enrichment, keys?: Iterable<string>): EnrichmentDiff {
  if (older.source !== newer.source) throw new DifferentSourcesError(older.source, newer.source);
  const chosen = keys === undefined ? undefined : new Set(keys);
  return {
    additions: missingMembers(newer.metadata, older.metadata, chosen),
    deletions: missingMembers(older.metadata, newer.metadata, chosen),
  };
}

/** The members of `whole`, or their parts, that `other` does not have. */
function missingMembers(whole: JsonObject, other: JsonObject, keys?: ReadonlySet<string>): JsonObject {
  const members = Object.entries(whole).filter(([key]) => keys?.has(key) ?? true);
  return Object.fromEntries(
    members.flatMap(([key, value]) => {
      const part = missingPart(value, Object.hasOwn(other, key) ? other[key] : undefined);
      return part === undefined ? [] : [[key, part]];
    }),
  );
}

function missingPart(value: JsonValue, other: JsonValue | undefined): JsonValue | undefined {
  if (other === undefined) return value;
  if (isObject(value) && isObject(other)) return unlessEmpty(missingMembers(value, other));
  if (isArray(value) && isArray(other)) return unlessEmpty(missingItems(value, other));
  return canonicalJson(value) === canonicalJson(other) ? undefined : value;
}

function missingItems(items: readonly JsonValue[], others: readonly JsonValue[]): JsonValue[] {
  const seen = new Set(others.map(canonicalJson));
  return items.filter((item) => {
    const text = canonicalJson(item);
    return !seen.has(text) && seen.add(text);
  });
}

function unlessEmpty<T extends JsonValue & object>(value: T): T | undefined {
  return Object.keys(value).length === 0 ? undefined : value;
}

function isArray(value: JsonValue): value is readonly JsonValue[] {
  return typeof value === 'object' && value !== null && isJsonArray(value);
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !isJsonArray(value);
}
