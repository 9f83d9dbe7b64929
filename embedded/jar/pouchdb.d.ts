/** As much of PouchDB 9 as the jar server uses; the package brings no types. */
declare module 'pouchdb' {
  export interface PouchDocument {
    readonly _id?: string;
    readonly _rev?: string;
    readonly [key: string]: unknown;
  }

  export interface PouchRow {
    readonly id?: string;
    readonly key: string;
    readonly value?: { readonly rev: string; readonly deleted?: true };
    readonly doc?: PouchDocument | null;
    readonly error?: string;
  }

  export interface PouchWritten {
    readonly ok: true;
    readonly id: string;
    readonly rev: string;
  }

  export interface PouchFailure {
    readonly error: true;
    readonly id?: string;
    readonly name: string;
    readonly status: number;
    readonly message?: string;
    readonly reason?: string;
  }

  export interface PouchChange {
    readonly id: string;
    readonly seq: number;
    readonly changes: readonly { readonly rev: string }[];
    readonly deleted?: true;
    readonly doc?: PouchDocument;
  }

  export interface PouchRange {
    readonly startkey?: string;
    readonly endkey?: string;
    readonly inclusive_end?: boolean;
    readonly limit?: number;
    readonly skip?: number;
    readonly descending?: boolean;
    readonly include_docs?: boolean;
    readonly conflicts?: boolean;
  }

  export interface PouchRows {
    readonly total_rows: number;
    readonly offset?: number;
    readonly rows: readonly PouchRow[];
  }

  export default class PouchDB {
    constructor(
      name: string,
      options: { readonly adapter: 'leveldb'; readonly auto_compaction: boolean; readonly revs_limit: number },
    );
    info(): Promise<{ readonly doc_count: number; readonly update_seq: number }>;
    get(
      id: string,
      options: { readonly rev?: string; readonly conflicts?: boolean; readonly revs?: boolean },
    ): Promise<PouchDocument>;
    put(document: PouchDocument): Promise<PouchWritten>;
    post(document: PouchDocument): Promise<PouchWritten>;
    remove(id: string, rev: string): Promise<PouchWritten>;
    bulkDocs(
      documents: readonly PouchDocument[],
      options: { readonly new_edits: boolean },
    ): Promise<(PouchWritten | PouchFailure)[]>;
    allDocs(
      options: PouchRange | { readonly keys: readonly string[]; readonly include_docs?: boolean },
    ): Promise<PouchRows>;
    changes(options: {
      readonly since?: number;
      readonly limit?: number;
      readonly descending?: boolean;
      readonly include_docs?: boolean;
      readonly style?: string;
    }): Promise<{ readonly results: readonly PouchChange[]; readonly last_seq: number }>;
    compact(): Promise<unknown>;
    close(): Promise<void>;
    destroy(): Promise<void>;
  }
}
