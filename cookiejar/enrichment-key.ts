import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical-json.ts';
import type { Enrichment } from './enrichment.ts';
import type { JsonValue } from './json.ts';

/** The source of the enrichments that applied rules leave; they are no knowledge. */
export const RULE_APPLICATION = 'rule_application';

/** Hexadecimal digits of a key: 128 bits. */
export const KEY_DIGITS = 32;

/**
 * A key made from content, so that adding something again finds it. Of applied rules only the first enrichment per job
 * and rule is kept: they are keyed by those two.
 */
export function enrichmentKey({ source, timestamp, metadata }: Enrichment): string {
  const { job, rule_id: rule } = metadata;
  if (source === RULE_APPLICATION && typeof job === 'string' && typeof rule === 'string') {
    return contentHash([source, job, rule]);
  }
  return contentHash([source, timestamp, metadata]);
}

/** Hash of a JSON value: {@link KEY_DIGITS} hexadecimal digits of its SHA-256. */
export function contentHash(value: JsonValue): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex').slice(0, KEY_DIGITS);
}
