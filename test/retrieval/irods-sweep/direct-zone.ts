import { z } from 'zod';
import type { CollectionContents } from '../../../retrieval/irods/baton-list.ts';
import { errorOf } from '../../../retrieval/irods/error-codes.ts';
import { BatonAnswerError, IrodsPathUnavailableError } from '../../../retrieval/irods/errors.ts';
import { pathOf, targetOf } from '../../../retrieval/irods/irods-path.ts';
import { type Listing, contentsSchema, listingSchema } from '../../../retrieval/irods/listing.ts';
import { IDS_IN_COLLECTION, sweepQueries } from '../../../retrieval/irods/shipped-queries.ts';
import type { SweptZone } from '../../../retrieval/irods/sweep/swept-zone.ts';
import { Connection } from '../../support/irods/baton/connection.ts';
import { Failure } from '../../support/irods/baton/failures.ts';
import { list } from '../../support/irods/baton/listing.ts';

/** What a sweep asked. */
interface Asked {
  readonly what: 'contents' | 'list' | 'ids';
  readonly path: string;
}

/** Asks a catalogue in the test's own process, for tests that ask thousands of times. */
export class DirectZone implements SweptZone {
  readonly asked: Asked[] = [];
  /** Paths that the sweep's user may not see. */
  readonly hidden = new Set<string>();
  /** Whether the query that tells ids is installed. */
  knowsIds = true;
  /** Called before an answer; throws what the question shall fail with. */
  before: (asked: Asked) => Promise<void> | void = () => {};
  /** Called when there is an answer, which the sweep has not got yet. */
  after: (asked: Asked) => Promise<void> | void = () => {};
  /** Likewise when there is nothing at a path. */
  afterMissing: (path: string) => Promise<void> | void = () => {};
  readonly #connection: Connection;

  constructor(folder: string) {
    const connection = Connection.open(folder, 'baton-do');
    if (connection === undefined) throw new Error('the catalogue is down');
    this.#connection = connection;
  }

  async contents(collection: string): Promise<CollectionContents> {
    await this.#ask({ what: 'contents', path: collection });
    const { contents } = this.#list(collection, { collection }, ['contents'], contentsSchema);
    const visible = contents.filter((entry) => !this.hidden.has(pathOf(entry)));
    const isObject = (entry: (typeof contents)[number]): boolean => entry.data_object !== undefined;
    await this.after({ what: 'contents', path: collection });
    return {
      objects: visible.filter(isObject).map(pathOf),
      collections: visible.filter((entry) => !isObject(entry)).map(pathOf),
    };
  }

  async list(path: string): Promise<Listing> {
    await this.#ask({ what: 'list', path });
    try {
      const listing = this.#list(path, { ...targetOf(path) }, ['avu', 'replicate'], listingSchema);
      await this.after({ what: 'list', path });
      return listing;
    } catch (error) {
      if (error instanceof IrodsPathUnavailableError) await this.afterMissing(path);
      throw error;
    }
  }

  async ids(collection: string): Promise<ReadonlyMap<string, string> | undefined> {
    await this.#ask({ what: 'ids', path: collection });
    if (!this.knowsIds) return undefined;
    const sql = sweepQueries().find(({ alias }) => alias === IDS_IN_COLLECTION)?.sql ?? '';
    const rows = this.#connection.rows(sql, collection);
    await this.after({ what: 'ids', path: collection });
    return new Map(rows.map(([name, id]) => [String(name), String(id)]));
  }

  async close(): Promise<void> {}

  shut(): void {
    this.#connection.close();
  }

  /** How often something was asked. */
  count(what: Asked['what']): number {
    return this.asked.filter((one) => one.what === what).length;
  }

  async #ask(asked: Asked): Promise<void> {
    this.asked.push(asked);
    await this.before(asked);
    if (asked.what !== 'ids' && this.hidden.has(asked.path))
      throw new IrodsPathUnavailableError(`${asked.path}: does not exist`, { code: -310_000 });
  }

  #list<S extends z.ZodType>(path: string, target: Record<string, string>, wanted: string[], schema: S): z.output<S> {
    try {
      return schema.parse(list(this.#connection, target, new Set(wanted), false));
    } catch (error) {
      if (error instanceof z.ZodError) throw new BatonAnswerError(`${path}: ${error.message}`);
      if (!(error instanceof Failure)) throw error;
      if (error.message.includes('Invalid replicate status'))
        return this.#list(
          path,
          target,
          wanted.filter((one) => one !== 'replicate'),
          schema,
        );
      throw errorOf(error.code, error.message, { kind: 'path', about: path });
    }
  }
}
