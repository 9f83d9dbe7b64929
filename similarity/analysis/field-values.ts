import type { Cookie } from '../../cookiejar/cookie.ts';
import { isJsonArray } from '../../cookiejar/canonical-json.ts';
import type { JsonObject, JsonValue } from '../../cookiejar/json.ts';
import type { FieldConfig } from './similarity-config.ts';

/**
 * The texts that a cookie has at a place: one, or those of a list, of the newest enrichment of that source that has the key at all
 * (what iRODS tells of an update holds only what was modified then).
 */
export function textsAt(cookie: Cookie, { source, key }: FieldConfig): readonly string[] {
  const value = newestValue(cookie, source, key);
  if (value === undefined) return [];
  const values = isJsonArray(value) ? value : [value];
  return values.filter((item) => typeof item === 'string');
}

/** What the newest enrichment of a source that has a key says under it; without a key, all of the newest one's metadata. */
export function newestValue(cookie: Cookie, source: string, key?: string): JsonValue | undefined {
  if (key === undefined) return cookie.enrichments.mostRecent(source)?.metadata;
  for (const { metadata } of cookie.enrichments.fromSource(source).toReversed()) {
    const value = valueAt(metadata, key);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** The value at a path; dots lead into objects, unless there is a key with the dots in it. */
function valueAt(value: JsonValue, path: string): JsonValue | undefined {
  if (isJsonArray(value)) return attributeValues(value, path);
  if (!isObject(value)) return undefined;
  if (Object.hasOwn(value, path)) return value[path];
  for (let dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) {
    const head = path.slice(0, dot);
    const inner = Object.hasOwn(value, head) ? value[head] : undefined;
    const found = inner === undefined ? undefined : valueAt(inner, path.slice(dot + 1));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Values of one attribute in a list of iRODS AVUs, as baton writes them. */
function attributeValues(avus: readonly JsonValue[], attribute: string): JsonValue | undefined {
  const chosen = avus.filter(isObject).filter((avu) => avu['attribute'] === attribute);
  const values = chosen.map((avu) => avu['value']).filter((value) => value !== undefined);
  return values.length > 0 ? values : undefined;
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !isJsonArray(value);
}
