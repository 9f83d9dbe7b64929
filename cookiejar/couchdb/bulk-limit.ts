import { StoreRefusedError } from '../errors.ts';
import type { DocumentText } from './store.ts';

/** Before anybody says otherwise, in bytes. CouchDB takes more, and is no quicker with it. */
const START_BYTES = 2 * 1024 * 1024;

/** No proxy is set to take less. */
const LEAST_BYTES = 64 * 1024;

const TOO_LARGE = 413;

/** CouchDB's word for one document, not the request, being too large. */
const DOCUMENT_TOO_LARGE = 'document_too_large';

/** How large a bulk of writes may be: less once the store, or a proxy before it, refused one for its size. */
export class BulkLimit {
  #bytes = START_BYTES;

  /** A bulk stays below, unless one document alone is larger. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Notes why a bulk failed. */
  learn(error: unknown, documents: readonly DocumentText[], body: string): void {
    if (!(error instanceof StoreRefusedError) || error.status !== TOO_LARGE) return;
    if (error.word === DOCUMENT_TOO_LARGE || documents.length < 2) return;
    this.#bytes = Math.max(LEAST_BYTES, Math.min(this.#bytes, Math.floor(Buffer.byteLength(body) / 2)));
  }
}
