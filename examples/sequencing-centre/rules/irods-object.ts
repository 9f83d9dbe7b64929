import type { Cookie, JsonObject, JsonValue } from 'cookie-monster';

/** Replicas are numbered from 0 on: the first is there as soon as the object is. */
const FIRST_REPLICA = 0;

/** Whether the retrieval brought the object's first replica, and so has heard of everything that was put on it since. */
export function creationSeen(cookie: Cookie): boolean {
  return updatesOf(cookie).some((update) =>
    objectsIn(update['modified_replicas']).some(({ number }) => number === FIRST_REPLICA),
  );
}

/**
 * The values of an attribute, each once. While the listing is behind, all that were heard of since the attribute was
 * last swept, because other updates say what was added and never what was removed: a rule that needs to be sure wants
 * them all to agree, or waits.
 */
export function valuesOf(cookie: Cookie, attribute: string): readonly string[] {
  const listed = objectsIn(listingOf(cookie)?.['avus'])
    .filter((avu) => avu['attribute'] === attribute)
    .flatMap(({ value }) => textsIn([value ?? null]));
  if (isListed(cookie)) return [...new Set(listed)];
  return [...new Set([...listed, ...heardOf(cookie, attribute)])];
}

function heardOf(cookie: Cookie, attribute: string): string[] {
  return updatesOf(cookie).reduce<string[]>((heard, { modified_metadata: told, swept }) => {
    if (!isObject(told) || !Object.hasOwn(told, attribute)) return heard;
    return [...(swept === undefined ? heard : []), ...textsIn(told[attribute])];
  }, []);
}

/** Whether the object was listed after everything that the retrieval has heard of it, so that all its AVUs are known. */
export function isListed(cookie: Cookie): boolean {
  return listingOf(cookie)?.['after_updates'] === updatesOf(cookie).length;
}

/** How much the retrieval has heard of the object. Its time stamps would not do: two updates may share a second. */
export function updateCount(cookie: Cookie): number {
  return updatesOf(cookie).length;
}

function updatesOf({ enrichments }: Cookie): readonly JsonObject[] {
  return enrichments.fromSource('irods_update').map(({ metadata }) => metadata);
}

function listingOf({ enrichments }: Cookie): JsonObject | undefined {
  return enrichments.mostRecent('irods')?.metadata;
}

function objectsIn(list: JsonValue | undefined): JsonObject[] {
  return Array.isArray(list) ? list.filter(isObject) : [];
}

function textsIn(list: JsonValue | undefined): string[] {
  return Array.isArray(list) ? list.filter((value) => typeof value === 'string') : [];
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
