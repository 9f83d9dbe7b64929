import { z } from 'zod';
import type { JsonValue } from '../../cookiejar/json.ts';
import type { FeatureSet } from '../attributes/feature-set.ts';
import type { NeighbourEntry } from '../neighbours/neighbour-engine.ts';

/** What one cookie is compared by. */
export interface CookieFacts {
  readonly identifier: string;
  /** Its media type; empty where nobody knows it. */
  readonly type: string;
  readonly digest?: string;
  readonly features?: FeatureSet;
}

/** One cookie in the index: what it is compared by, and what came of that. */
export interface IndexRow {
  readonly facts: CookieFacts;
  /** Its neighbours, as `linksText` writes them. */
  readonly links: string;
  /** The ref of the member that names its family. */
  readonly family?: string;
}

const storedRowSchema = z.tuple([
  z.string(),
  z.string(),
  z.string().nullable(),
  z.array(z.number()).nullable(),
  z.array(z.number()).nullable(),
  z.string().nullable(),
  z.string(),
]);

/** Schema of the rows in one document of the index. */
export const storedRowsSchema = z.array(storedRowSchema);

/** A row as it is stored: identifier, type, digest, hashes and weights of its features, family, links. */
export type StoredRow = z.output<typeof storedRowSchema>;

/** The row that {@link storedRow} wrote. */
export function rowOf([identifier, type, digest, hashes, weights, family, links]: StoredRow): IndexRow {
  const features = hashes && { hashes, weights: weights ?? hashes.map(() => 1) };
  return {
    facts: { identifier, type, ...(digest !== null && { digest }), ...(features && { features }) },
    links,
    ...(family !== null && { family }),
  };
}

/** A row as plain JSON. */
export function storedRow({ facts, links, family }: IndexRow): JsonValue {
  const { identifier, type, digest, features } = facts;
  // Most attributes weigh nothing in particular.
  const weights = features?.weights.some((weight) => weight !== 1) === true ? features.weights : null;
  return [identifier, type, digest ?? null, features?.hashes ?? null, weights, family ?? null, links];
}

/** Whether two cookies' facts say the same. */
export function sameFacts(one: CookieFacts, other: CookieFacts): boolean {
  return (
    one.identifier === other.identifier &&
    one.type === other.type &&
    one.digest === other.digest &&
    sameNumbers(one.features?.hashes, other.features?.hashes) &&
    sameNumbers(one.features?.weights, other.features?.weights)
  );
}

/** A cookie's facts in the words of the engine, which compares by kinds of types. */
export function entryOf(
  { identifier, type, digest, features }: CookieFacts,
  kindOf: (type: string) => string,
): NeighbourEntry {
  return {
    id: identifier,
    kind: kindOf(type),
    ...(digest !== undefined && { digest }),
    ...(features && { features }),
  };
}

function sameNumbers(one: readonly number[] = [], other: readonly number[] = []): boolean {
  return one.length === other.length && one.every((number, at) => number === other[at]);
}
