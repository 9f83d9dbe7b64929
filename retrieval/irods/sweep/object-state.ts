import type { JsonObject } from '../../../cookiejar/json.ts';
import type { Listing } from '../listing.ts';

/** One replica of a data object, as a sweep compares it. */
export interface ReplicaState {
  readonly checksum: string | null;
  /** Whether it is good: neither stale nor being written. */
  readonly upToDate: boolean;
}

/** A data object, as a sweep compares it. */
export interface ObjectState {
  readonly attributes: ReadonlyMap<string, ReadonlySet<string>>;
  /** By number. Undefined while one of them is being written: iRODS lists none then. */
  readonly replicas: ReadonlyMap<number, ReplicaState> | undefined;
}

/** The part of an update that says what an object is like. */
export interface Changes {
  readonly modified_metadata: Readonly<Record<string, readonly string[]>>;
  readonly modified_replicas: readonly JsonObject[];
}

/** What nothing is known of. */
export const NOTHING_KNOWN: ObjectState = { attributes: new Map(), replicas: new Map() };

/** The jar takes no such key. */
const UNUSABLE_KEY = '__proto__';
const NO_VALUES: ReadonlySet<string> = new Set();

/** What a listing says. */
export function stateOf({ avus = [], replicates }: Listing): ObjectState {
  const attributes = new Map<string, Set<string>>();
  for (const { attribute, value } of avus) {
    if (attribute === UNUSABLE_KEY) continue;
    attributes.set(attribute, (attributes.get(attribute) ?? new Set<string>()).add(value));
  }
  const replicas = replicates?.map(
    ({ number, checksum, valid }) => [number, { checksum: emptyAsNull(checksum), upToDate: valid }] as const,
  );
  return { attributes, replicas: replicas && new Map(replicas) };
}

/**
 * What must be said so that whoever knew `known` knows `found`: of each attribute that differs all values, none for one
 * that is gone; of each replica that differs its state, one that is gone marked as removed.
 * @returns undefined where they agree
 */
export function changesBetween(known: ObjectState, found: ObjectState): Changes | undefined {
  const metadata = changedAttributes(known.attributes, found.attributes);
  const replicas = found.replicas === undefined ? [] : changedReplicas(known.replicas ?? new Map(), found.replicas);
  if (metadata.length === 0 && replicas.length === 0) return undefined;
  return { modified_metadata: Object.fromEntries(metadata), modified_replicas: replicas };
}

function changedAttributes(
  known: ObjectState['attributes'],
  found: ObjectState['attributes'],
): (readonly [string, string[]])[] {
  const names = new Set([...known.keys(), ...found.keys()]);
  return [...names]
    .filter((name) => !sameSet(known.get(name) ?? NO_VALUES, found.get(name) ?? NO_VALUES))
    .toSorted()
    .map((name) => [name, [...(found.get(name) ?? NO_VALUES)].toSorted()] as const);
}

function changedReplicas(
  known: ReadonlyMap<number, ReplicaState>,
  found: ReadonlyMap<number, ReplicaState>,
): JsonObject[] {
  const numbers = [...new Set([...known.keys(), ...found.keys()])].toSorted((a, b) => a - b);
  return numbers.flatMap((number): JsonObject[] => {
    const [before, now] = [known.get(number), found.get(number)];
    // As one that is not up to date, to whoever does not know of removals.
    if (now === undefined) return [{ number, checksum: null, up_to_date: false, removed: true }];
    if (before?.checksum === now.checksum && before.upToDate === now.upToDate) return [];
    return [{ number, checksum: now.checksum, up_to_date: now.upToDate }];
  });
}

function sameSet(left: ReadonlySet<string>, right: ReadonlySet<string>): boolean {
  return left.size === right.size && [...left].every((value) => right.has(value));
}

function emptyAsNull(text: string | null): string | null {
  return text === '' ? null : text;
}
