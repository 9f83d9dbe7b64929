import { canonicalJson } from './canonical-json.ts';
import type { Enrichment } from './enrichment.ts';
import { InvalidEnrichmentError, InvalidTimestampError } from './errors.ts';
import { isWellFormed } from './identifier.ts';
import { isPlainObject, plainJsonObject } from './plain-json.ts';
import { toUtcInstant } from './timestamp.ts';

/** The largest metadata of one enrichment, in bytes of JSON: CouchDB takes documents of at most 8 MB. */
const MAX_METADATA_BYTES = 1024 * 1024;

/** The longest name of a source, in bytes of UTF-8. */
const MAX_SOURCE_BYTES = 1024;

/**
 * A checked copy of an enrichment, its timestamp in UTC with milliseconds.
 * @throws InvalidEnrichmentError naming the place and what is wrong
 */
export function checkEnrichment(value: unknown): Enrichment {
  if (!isPlainObject(value)) {
    throw new InvalidEnrichmentError('the whole', 'must be an object {source, timestamp, metadata}');
  }
  const metadata = plainJsonObject(value['metadata'], 'metadata', MAX_METADATA_BYTES);
  const bytes = Buffer.byteLength(canonicalJson(metadata));
  if (bytes > MAX_METADATA_BYTES) {
    throw new InvalidEnrichmentError('metadata', `has ${bytes} bytes of JSON; allowed are ${MAX_METADATA_BYTES}`);
  }
  return { source: checkSource(value['source']), timestamp: checkTimestamp(value['timestamp']), metadata };
}

function checkSource(source: unknown): string {
  if (typeof source !== 'string' || source === '') {
    throw new InvalidEnrichmentError('source', 'must be a text that is not empty');
  }
  if (!isWellFormed(source) || Buffer.byteLength(source) > MAX_SOURCE_BYTES) {
    throw new InvalidEnrichmentError('source', `must be well-formed Unicode of at most ${MAX_SOURCE_BYTES} bytes`);
  }
  return source;
}

function checkTimestamp(timestamp: unknown): string {
  if (typeof timestamp !== 'string') throw new InvalidEnrichmentError('timestamp', 'must be a text');
  try {
    return toUtcInstant(timestamp);
  } catch (error) {
    if (error instanceof InvalidTimestampError) throw new InvalidEnrichmentError('timestamp', `is an ${error.message}`);
    throw error;
  }
}
