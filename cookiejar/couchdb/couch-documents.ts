import type { DocumentChange, DocumentChanges, DocumentContext, DocumentFeed, Documents } from '../cookie-jar.ts';
import { compareCodePoints, prefixSuccessor } from '../identifier.ts';
import type { JsonObject } from '../json.ts';
import { followChanges, newestPosition } from './changes.ts';
import type { Entry } from './entry.ts';
import type { GroupCommit } from './group-commit.ts';
import type { Patience } from './patience.ts';
import type { CouchStore, IdRange } from './store.ts';

/** Documents in one page of a listing: each may have some 100 KiB. */
const DOCUMENTS_PER_PAGE = 100;
const IDS_PER_PAGE = 1000;

/** The documents of one database. */
export class CouchDocuments implements Documents, DocumentFeed {
  readonly #store: CouchStore;
  readonly #commit: GroupCommit;
  readonly #patience: Patience;

  constructor(store: CouchStore, commit: GroupCommit, patience: Patience) {
    this.#store = store;
    this.#commit = commit;
    this.#patience = patience;
  }

  async read(ids: readonly string[]): Promise<Map<string, JsonObject>> {
    if (ids.length === 0) return new Map();
    return new Promise((resolve, reject) => {
      this.#commit.add({ kind: 'read', ids, resolve, ...fresh(reject) });
    });
  }

  async update<T>(
    id: string,
    change: (current: JsonObject | undefined, context: DocumentContext) => DocumentChange<T>,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      let last: DocumentChange<T> | undefined;
      this.#commit.add({
        kind: 'update',
        id,
        change: (current, context) => (last = change(current, context)),
        resolve: () => last && resolve(last.result),
        conflicts: 0,
        ...fresh(reject),
      });
    });
  }

  async *list(prefix: string, after?: string): AsyncIterable<{ readonly id: string; readonly body: JsonObject }> {
    const pages = this.#pages(prefix, after, DOCUMENTS_PER_PAGE, async (range) => this.#store.readRange(range));
    for await (const { id, document } of pages) if (document.kind === 'live') yield { id, body: document.body };
  }

  async *listIds(prefix: string, after?: string): AsyncIterable<string> {
    const read = async (range: IdRange): Promise<{ id: string }[]> =>
      (await this.#store.readIds(range)).map((id) => ({ id }));
    for await (const { id } of this.#pages(prefix, after, IDS_PER_PAGE, read)) yield id;
  }

  changes(since?: string): AsyncIterable<DocumentChanges> {
    return followChanges(this.#store, this.#patience, since);
  }

  async position(): Promise<string> {
    return newestPosition(this.#store, this.#patience);
  }

  async *#pages<R extends { readonly id: string }>(
    prefix: string,
    after: string | undefined,
    size: number,
    read: (range: IdRange) => Promise<R[]>,
  ): AsyncIterable<R> {
    const end = prefixSuccessor(prefix);
    let last = after !== undefined && compareCodePoints(after, prefix) > 0 ? after : undefined;
    for (;;) {
      // One more than a page, because the first one is known where it still exists.
      const range = { start: last ?? prefix, limit: size + 1, ...(end !== undefined && { end }) };
      const rows = await this.#patience.insist(async () => read(range));
      for (const row of rows) if (row.id !== last) yield row;
      if (rows.length <= size) return;
      last = rows.at(-1)?.id;
    }
  }
}

function fresh(reject: (error: unknown) => void): Pick<Entry, 'failures' | 'company' | 'reject'> {
  return { failures: 0, company: Infinity, reject };
}
