import { isJsonArray } from './canonical-json.ts';
import type { Enrichment } from './enrichment.ts';
import type { JsonObject, JsonValue } from './json.ts';

/** A copy that nobody can change, however deep. */
export function frozenEnrichment(enrichment: Enrichment): Enrichment {
  const { source, timestamp, metadata } = enrichment;
  return Object.freeze({ source, timestamp, metadata: frozenObject(metadata) });
}

function frozenValue(value: JsonValue): JsonValue {
  if (value === null || typeof value !== 'object') return value;
  return isJsonArray(value) ? Object.freeze(value.map(frozenValue)) : frozenObject(value);
}

function frozenObject(value: JsonObject): JsonObject {
  return Object.freeze(Object.fromEntries(Object.entries(value).map(([key, member]) => [key, frozenValue(member)])));
}
