import type { Cookie } from '../../cookiejar/cookie.ts';
import type { FeatureSet } from '../attributes/feature-set.ts';
import { featuresOf } from '../attributes/features-of.ts';
import { InvalidDigestError } from '../errors.ts';
import { isEmptyDigest } from '../ssdeep/digest.ts';
import { textsAt } from './field-values.ts';
import type { CookieFacts } from './index-row.ts';
import type { SimilarityConfig } from './similarity-config.ts';
import { plainMediaType } from './type-names.ts';

/** Of more features than this those with the lowest hashes count, which are a fair sample, so that no cookie is too large for the index. */
const MOST_FEATURES = 5000;

/**
 * What a cookie is compared by; undefined where it has neither a digest that says something (that of an empty file says nothing) nor
 * attributes, so that there is nothing to compare.
 */
export function factsOf(
  cookie: Cookie,
  { digests, types, attributes }: Pick<SimilarityConfig, 'digests' | 'types' | 'attributes'>,
): CookieFacts | undefined {
  const digest = firstOf(digests, (field) => textsAt(cookie, field).map(usableDigest).find(isText));
  const features = attributes.length === 0 ? undefined : limited(featuresOf(cookie, attributes));
  if (digest === undefined && features === undefined) return undefined;
  const type = firstOf(types, (field) => textsAt(cookie, field).find(isText)) ?? '';
  return {
    identifier: cookie.identifier,
    type: plainMediaType(type),
    ...(digest !== undefined && { digest }),
    ...(features && { features }),
  };
}

function firstOf<T, R>(items: readonly T[], find: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A digest without the file name that may follow it; undefined for a text that is none, or says nothing. */
function usableDigest(text: string): string | undefined {
  const digest = text.split(',', 1)[0] ?? '';
  try {
    return isEmptyDigest(digest) ? undefined : digest;
  } catch (error) {
    if (error instanceof InvalidDigestError) return undefined;
    throw error;
  }
}

function isText(text: string | undefined): text is string {
  return text !== undefined && text !== '';
}

function limited({ hashes, weights }: FeatureSet): FeatureSet | undefined {
  if (hashes.length === 0) return undefined;
  return { hashes: hashes.slice(0, MOST_FEATURES), weights: weights.slice(0, MOST_FEATURES) };
}
