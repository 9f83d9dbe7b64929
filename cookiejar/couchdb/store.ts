import { AnswerTooLargeError, StoreRefusedError, StoreUnavailableError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import {
  type ChangesAnswer,
  type Row,
  type StoredDocument,
  type WriteOutcome,
  parseChanges,
  parseOutcomes,
  parseRows,
  toStoredDocument,
} from './answers.ts';
import { BulkLimit } from './bulk-limit.ts';
import type { CouchConnection, StoreRequest } from './connection.ts';

/** A document to write: `_id` and `_rev` included, as JSON text. */
export interface DocumentText {
  readonly id: string;
  readonly text: string;
}

/** A stretch of ids in code point order. */
export interface IdRange {
  /** Inclusive. */
  readonly start: string;
  /** Exclusive; no end where absent. */
  readonly end?: string;
  /** The most rows to answer with. */
  readonly limit: number;
}

const NOT_FOUND = 404;
const CONFLICT = 409;

/** So many keys at most go into one request. */
const MAX_KEYS = 1000;

/** The requests that everything else is made of, each one try on one database. */
export class CouchStore {
  readonly #connection: CouchConnection;
  readonly #database: string;
  /** How large a bulk of writes may be. */
  readonly bulkLimit = new BulkLimit();

  constructor(connection: CouchConnection, database: string) {
    this.#connection = connection;
    this.#database = database;
  }

  /** What the store has under each id. */
  async read(ids: readonly string[]): Promise<Map<string, StoredDocument>> {
    const found = new Map<string, StoredDocument>();
    for (let from = 0; from < ids.length; from += MAX_KEYS) {
      const rows = await this.#rowsOf(ids.slice(from, from + MAX_KEYS));
      for (const row of rows) found.set(row.key, toStoredDocument(row));
    }
    return found;
  }

  async #rowsOf(keys: readonly string[]): Promise<Row[]> {
    try {
      return await this.#allDocs({ keys, include_docs: true });
    } catch (error) {
      if (!(error instanceof AnswerTooLargeError) || keys.length < 2) throw error;
      const half = Math.ceil(keys.length / 2);
      return [...(await this.#rowsOf(keys.slice(0, half))), ...(await this.#rowsOf(keys.slice(half)))];
    }
  }

  /** Writes documents, each for itself; the outcomes by id. */
  async write(documents: readonly DocumentText[]): Promise<Map<string, WriteOutcome>> {
    const body = `{"docs":[${documents.map(({ text }) => text).join(',')}]}`;
    const what = `the writing of ${documents.length} documents`;
    const answer = await this.#ask({ what, method: 'POST', path: '_bulk_docs', body }).catch((error: unknown) => {
      this.bulkLimit.learn(error, documents, body);
      throw error;
    });
    return new Map(parseOutcomes(answer).map((outcome) => [outcome.id, outcome]));
  }

  /** Documents in a range. */
  async readRange(range: IdRange): Promise<{ id: string; document: StoredDocument }[]> {
    const rows = await this.#allDocs({ ...rangeParameters(range), include_docs: true });
    return rows.map((row) => ({ id: row.key, document: toStoredDocument(row) }));
  }

  /** Ids in a range. */
  async readIds(range: IdRange): Promise<string[]> {
    const rows = await this.#allDocs(rangeParameters(range));
    return rows.map(({ key }) => key);
  }

  /** Documents changed after a sequence number, `0` for all; no more than `limit`. */
  async changes(since: string, limit: number): Promise<ChangesAnswer> {
    const path = `_changes?since=${encodeURIComponent(since)}&limit=${limit}`;
    const answer = await this.#ask({ what: 'the reading of changes', method: 'GET', path });
    return parseChanges(answer);
  }

  /** The body of a document that never leaves this database, not even by replication; undefined if it is not there. */
  async readLocal(name: string): Promise<unknown> {
    try {
      return await this.#connection.request({ ...localDocument(name), method: 'GET', database: this.#database });
    } catch (error) {
      if (error instanceof StoreRefusedError && error.status === NOT_FOUND) return undefined;
      throw error;
    }
  }

  /** Writes such a document unless it is there already. */
  async createLocal(name: string, body: JsonObject): Promise<void> {
    try {
      await this.#ask({ ...localDocument(name), method: 'PUT', body: JSON.stringify(body) });
    } catch (error) {
      if (!(error instanceof StoreRefusedError && error.status === CONFLICT)) throw error;
    }
  }

  async #allDocs(parameters: JsonObject): Promise<Row[]> {
    // In the body rather than the URL, which some servers limit to less than an identifier may have.
    const body = JSON.stringify(parameters);
    return parseRows(await this.#ask({ what: 'the reading of documents', method: 'POST', path: '_all_docs', body }));
  }

  /** A request that is about the database rather than one document, and so finds nothing only where that is missing. */
  async #ask(request: StoreRequest): Promise<unknown> {
    try {
      return await this.#connection.request({ ...request, database: this.#database });
    } catch (error) {
      if (!(error instanceof StoreRefusedError) || error.status !== NOT_FOUND) throw error;
      // Another node of the cluster may not have heard of it yet, or somebody is putting it back.
      throw new StoreUnavailableError(`${error.message} (is the database there?)`);
    }
  }
}

function localDocument(name: string): Pick<StoreRequest, 'what' | 'path'> {
  return { what: `the local document '${name}'`, path: `_local/${name}` };
}

function rangeParameters({ start, end, limit }: IdRange): JsonObject {
  return { startkey: start, limit, ...(end !== undefined && { endkey: end, inclusive_end: false }) };
}
