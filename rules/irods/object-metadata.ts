import type { Cookie, JsonObject, JsonValue } from 'cookie-monster';

/** What is known of an iRODS object's metadata. */
export interface ObjectMetadata {
  /** Values by attribute, those that came last at the end. */
  readonly attributes: ReadonlyMap<string, readonly string[]>;
  readonly checksum: string | undefined;
  /** Bytes. */
  readonly size: number | undefined;
}

/**
 * By the object's listing, or as long as there is none for its last change, by all changes that were heard of. Of an
 * object that is gone nothing is known. Undefined for cookies that are no iRODS objects.
 */
export function metadataOf(cookie: Cookie): ObjectMetadata | undefined {
  const changes = cookie.enrichments.fromSource('irods_update').length;
  const listing = cookie.enrichments.mostRecent('irods')?.metadata;
  if (listing !== undefined && (changes === 0 || listing['after_updates'] === changes)) return ofListing(listing);
  return changes === 0 ? undefined : ofChanges(cookie);
}

function ofListing(listing: JsonObject): ObjectMetadata {
  const attributes = new Map<string, string[]>();
  for (const avu of listOf(listing['avus'])) {
    const { attribute, value } = objectOf(avu);
    if (typeof attribute === 'string' && typeof value === 'string')
      attributes.set(attribute, [...(attributes.get(attribute) ?? []), value]);
  }
  const { checksum, size } = listing;
  return {
    attributes,
    checksum: typeof checksum === 'string' ? checksum : undefined,
    size: typeof size === 'number' ? size : undefined,
  };
}

/** A retrieval tells what was added; a sweep, which says so by `swept`, all that there is of what it names. */
function ofChanges(cookie: Cookie): ObjectMetadata {
  const attributes = new Map<string, readonly string[]>();
  let checksum: string | undefined;
  for (const { metadata } of cookie.enrichments.fromSource('irods_update')) {
    const isGone = metadata['deleted'] === true || metadata['renamed_to'] !== undefined;
    if (isGone) attributes.clear();
    for (const [name, added] of Object.entries(objectOf(metadata['modified_metadata']))) {
      const before = metadata['swept'] === undefined ? (attributes.get(name) ?? []) : [];
      attributes.set(name, [...before, ...listOf(added).filter((value) => typeof value === 'string')]);
    }
    checksum = isGone ? undefined : (goodChecksum(metadata['modified_replicas']) ?? checksum);
  }
  return { attributes, checksum, size: undefined };
}

function goodChecksum(replicas: JsonValue | undefined): string | undefined {
  const good = listOf(replicas)
    .map(objectOf)
    .findLast((replica) => replica['up_to_date'] === true);
  return typeof good?.['checksum'] === 'string' ? good['checksum'] : undefined;
}

function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? value : [];
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : {};
}
