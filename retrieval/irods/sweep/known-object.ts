import { z } from 'zod';
import type { Cookie } from '../../../cookiejar/cookie.ts';
import type { Enrichment } from '../../../cookiejar/enrichment.ts';
import type { JsonObject } from '../../../cookiejar/json.ts';
import { IRODS_UPDATE } from '../retrieval/irods-retrieval.ts';
import type { ObjectState, ReplicaState } from './object-state.ts';

/** What the jar knows of the data object at a path. */
export interface KnownObject extends ObjectState {
  readonly path: string;
  readonly dataId: string | undefined;
  readonly replicas: ReadonlyMap<number, ReplicaState>;
  /** Whether the last word was that there is no such object at the path any more. */
  readonly gone: boolean;
  /** All that this knowledge was made of, in time order. */
  readonly updates: readonly Enrichment[];
  /** What the last sweep that had something to say said: mostly one, several where it was too much for one. */
  readonly lastSaid: readonly Enrichment[];
}

const valueSchema = z.union([z.string(), z.number(), z.boolean()]).transform(String);

/** Leniently: updates may also have been pushed by hand. */
const updateSchema = z.object({
  data_id: z.union([z.string(), z.number()]).transform(String).optional().catch(undefined),
  modified_metadata: z
    .record(z.string(), z.union([z.array(valueSchema), valueSchema.transform((one) => [one])]))
    .catch({}),
  modified_replicas: z
    .array(
      z.object({
        number: z.number(),
        checksum: z.string().nullable().catch(null),
        up_to_date: z.boolean().catch(false),
        removed: z.boolean().catch(false),
      }),
    )
    .catch([]),
  deleted: z.boolean().catch(false),
  renamed_to: z.string().optional().catch(undefined),
  swept: z.string().optional().catch(undefined),
});

type IrodsUpdate = z.output<typeof updateSchema>;

/**
 * Merges the updates of an object in time order. Those of a retrieval bring values of attributes in addition to what
 * was there; those of a sweep (`swept`) say all values of the attributes that they name. A replica's last state counts.
 * Another `data_id` is another object, of which nothing was known before.
 * @returns undefined where there are no updates
 */
export function knownObject(cookie: Cookie | undefined): KnownObject | undefined {
  const updates = cookie?.enrichments.fromSource(IRODS_UPDATE) ?? [];
  if (cookie === undefined || updates.length === 0) return undefined;
  const merged = new MergedUpdates();
  for (const { metadata } of updates) merged.add(updateSchema.parse(metadata));
  const { attributes, replicas, dataId, gone, lastSweep } = merged;
  const lastSaid = updates.filter(({ metadata }) => lastSweep !== undefined && metadata['swept'] === lastSweep);
  return { path: cookie.identifier, attributes, replicas, dataId, gone, updates, lastSaid };
}

/** Whether nothing was added to what is known of an object between two readings. */
export function isUnchanged(before: KnownObject | undefined, after: KnownObject | undefined): boolean {
  const [older, newer] = [before?.updates ?? [], after?.updates ?? []];
  return older.length === newer.length && older.every((update, index) => isSame(update, newer[index]));
}

class MergedUpdates {
  readonly attributes = new Map<string, Set<string>>();
  readonly replicas = new Map<number, ReplicaState>();
  dataId: string | undefined;
  gone = false;
  lastSweep: string | undefined;

  add(update: IrodsUpdate): void {
    this.lastSweep = update.swept ?? this.lastSweep;
    const saysGone = update.deleted || update.renamed_to !== undefined;
    const isAnother = update.data_id !== undefined && this.dataId !== undefined && update.data_id !== this.dataId;
    // What became of an object that lay here before.
    if (saysGone && isAnother) return;
    if (isAnother || saysGone) this.#forget();
    this.gone = saysGone;
    this.dataId = update.data_id ?? this.dataId;
    if (!saysGone) this.#merge(update);
  }

  #merge({ modified_metadata: metadata, modified_replicas: replicas, swept }: IrodsUpdate): void {
    for (const [name, values] of Object.entries(metadata)) {
      const before = swept === undefined ? (this.attributes.get(name) ?? []) : [];
      const all = new Set([...before, ...values]);
      if (all.size === 0) this.attributes.delete(name);
      else this.attributes.set(name, all);
    }
    for (const { number, checksum, up_to_date: upToDate, removed } of replicas) {
      if (removed) this.replicas.delete(number);
      else this.replicas.set(number, { checksum, upToDate });
    }
  }

  #forget(): void {
    this.attributes.clear();
    this.replicas.clear();
  }
}

function isSame(one: Enrichment, other: Enrichment | undefined): boolean {
  return one.timestamp === other?.timestamp && JSON.stringify(one.metadata) === JSON.stringify(other.metadata);
}

/** What a sweep said, member by member. */
export function saidIn(said: readonly Enrichment[], member: string): JsonObject[string] | undefined {
  return said.findLast(({ metadata }) => metadata[member] !== undefined)?.metadata[member];
}
