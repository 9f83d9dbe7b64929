import { checkEnrichment } from '../../cookiejar/check-enrichment.ts';
import type { Enrichment } from '../../cookiejar/enrichment.ts';
import { isPlainObject } from '../../cookiejar/plain-json.ts';
import { describe } from '../../bundling/describe.ts';

const MEMBERS = ['source', 'metadata', 'timestamp'];

/** Written by the processing itself; of a loader's it would be overlooked. */
const RESERVED_SOURCE = 'rule_application';

/**
 * Checks what a loader returned.
 * @param timestamp ISO instant for an enrichment that brings none
 * @throws TypeError or InvalidEnrichmentError naming what is wrong and what is allowed
 */
export function checkLoaded(result: unknown, timestamp: string): Enrichment {
  if (!isPlainObject(result))
    throw new TypeError(`load returned ${describe(result)} (allowed: {source, metadata, timestamp?})`);
  const other = Object.keys(result).find((key) => !MEMBERS.includes(key));
  if (other !== undefined)
    throw new TypeError(`load returned an unknown member '${other}' (allowed: ${MEMBERS.join(', ')})`);
  if (result['source'] === RESERVED_SOURCE)
    throw new TypeError(`load returned the reserved source '${RESERVED_SOURCE}'`);
  return checkEnrichment({ ...result, timestamp: result['timestamp'] ?? timestamp });
}
