import { isJsonArray } from '../../cookiejar/canonical-json.ts';
import type { Cookie } from '../../cookiejar/cookie.ts';
import type { JsonObject, JsonValue } from '../../cookiejar/json.ts';
import { newestValue } from '../analysis/field-values.ts';
import { featureHash } from './feature-hash.ts';
import type { FeatureSet } from './feature-set.ts';

/** Metadata that cookies are compared by. */
export interface Attribute {
  /** The source of the enrichments: of those that have the key, the newest one counts. */
  readonly source: string;
  /** A key of the metadata or a path to it, with dots between the keys; `*`, or none, stands for all that the newest enrichment says. */
  readonly key?: string;
  /**
   * What one value counts, above 0.
   *
   * @default 1
   */
  readonly weight?: number;
}

type Found = (path: string, value: string | number | boolean) => void;

/**
 * The features of a cookie: one for each value that it has at each place of its chosen metadata. Lists are taken as sets, the values in
 * nested objects by their path, iRODS attributes as baton lists them by their names; null says nothing. A value that is chosen twice has
 * the higher weight.
 */
export function featuresOf(cookie: Cookie, attributes: readonly Attribute[]): FeatureSet {
  const weights = new Map<number, number>();
  for (const { source, key, weight = 1 } of attributes) {
    const place = key === '*' ? undefined : key;
    const value = newestValue(cookie, source, place);
    if (value === undefined) continue;
    flatten(place ?? '', value, (path, scalar) => {
      const hash = featureHash(JSON.stringify([source, path, scalar]));
      weights.set(hash, Math.max(weights.get(hash) ?? 0, weight));
    });
  }
  const sorted = [...weights].toSorted(([one], [other]) => one - other);
  return { hashes: sorted.map(([hash]) => hash), weights: sorted.map(([, weight]) => weight) };
}

function flatten(path: string, value: JsonValue, found: Found): void {
  if (value === null) return;
  if (typeof value !== 'object') found(path, value);
  else if (isJsonArray(value)) for (const item of value) flatten(path, item, found);
  else flattenObject(path, value, found);
}

function flattenObject(path: string, value: JsonObject, found: Found): void {
  const prefix = path === '' ? '' : `${path}.`;
  const { attribute, value: attributeValue } = value;
  if (typeof attribute === 'string' && attributeValue !== undefined) {
    flatten(`${prefix}${attribute}`, attributeValue, found);
    return;
  }
  for (const [key, inner] of Object.entries(value)) flatten(`${prefix}${key}`, inner, found);
}
