import { z } from 'zod';
import { type BatonListOptions, type CollectionContents, BatonList } from '../baton-list.ts';
import { baseCode } from '../error-codes.ts';
import { IrodsSetupError } from '../errors.ts';
import type { Listing } from '../listing.ts';
import { IDS_IN_COLLECTION } from '../shipped-queries.ts';
import { SpecificQueries } from '../specific-queries.ts';
import { zoneOf } from './sweep-paths.ts';
import type { SweptZone } from './swept-zone.ts';

/** Where baton is, how much is asked of it, and who is told what people should know. */
export interface BatonZoneOptions extends BatonListOptions {
  readonly warn: (details: { readonly zone: string }, message: string) => void;
}

/** CAT_UNKNOWN_SPECIFIC_QUERY */
const UNKNOWN_QUERY = -853_000;

const rowSchema = z.object({ data_name: z.string(), data_id: z.string() });

/** Asks zones through baton. */
export class BatonZone implements SweptZone {
  readonly #options: BatonZoneOptions;
  readonly #list: BatonList;
  readonly #queries = new Map<string, SpecificQueries>();
  readonly #without = new Set<string>();

  constructor(options: BatonZoneOptions) {
    this.#options = options;
    this.#list = new BatonList(options);
  }

  async contents(collection: string, signal: AbortSignal): Promise<CollectionContents> {
    return this.#list.contents(collection, { signal });
  }

  async list(path: string, signal: AbortSignal): Promise<Listing> {
    return this.#list.listBriefly(path, { signal });
  }

  async ids(collection: string, signal: AbortSignal): Promise<ReadonlyMap<string, string> | undefined> {
    const zone = zoneOf(collection);
    if (this.#without.has(zone)) return undefined;
    try {
      return await this.#idsIn(zone, collection, signal);
    } catch (error) {
      if (!isUnknownQuery(error)) throw error;
      this.#without.add(zone);
      const message = `the query ${IDS_IN_COLLECTION} is not installed: renamed objects are not recognised, and unreadable ones count as gone`;
      this.#options.warn({ zone }, message);
      return undefined;
    }
  }

  /** Ends what is under way and waits until all processes are gone. */
  async close(): Promise<void> {
    await Promise.all([this.#list, ...this.#queries.values()].map(async (client) => client.close()));
  }

  async #idsIn(zone: string, collection: string, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    const ids = new Map<string, string>();
    for await (const row of this.#queriesOf(zone).rows(IDS_IN_COLLECTION, [collection], { signal })) {
      const { data } = rowSchema.safeParse(row);
      if (data !== undefined) ids.set(data.data_name, data.data_id);
    }
    return ids;
  }

  #queriesOf(zone: string): SpecificQueries {
    const { binDir, timeoutMs, pace } = this.#options;
    const known = this.#queries.get(zone);
    if (known !== undefined) return known;
    const made = new SpecificQueries({ binDir, zone, pace, ...(timeoutMs === undefined ? {} : { timeoutMs }) });
    this.#queries.set(zone, made);
    return made;
  }
}

function isUnknownQuery(error: unknown): boolean {
  return error instanceof IrodsSetupError && error.code !== undefined && baseCode(error.code) === UNKNOWN_QUERY;
}
