import { safeText } from './safe-text.ts';

/** So much of a name or text in a message tells which one it is; there may be megabytes of it. */
const MAX_SHOWN = 400;

/** Thrown when an identifier is no well-formed Unicode text of 1 to 4,096 bytes in UTF-8. */
export class InvalidIdentifierError extends Error {
  override readonly name = 'InvalidIdentifierError';

  constructor(reason: string) {
    super(`invalid identifier: ${reason}; allowed is well-formed Unicode text of 1 to 4096 bytes in UTF-8`);
  }
}

/** Thrown when an enrichment cannot be stored. */
export class InvalidEnrichmentError extends Error {
  override readonly name = 'InvalidEnrichmentError';
  /** Where in the enrichment, e.g. `metadata.tags[2]`. */
  readonly place: string;

  constructor(place: string, reason: string) {
    const shown = safeText(place, MAX_SHOWN);
    super(`invalid enrichment: ${shown} ${reason}`);
    this.place = shown;
  }
}

/** Thrown when a text names no instant, e.g. because it has no zone. */
export class InvalidTimestampError extends Error {
  override readonly name = 'InvalidTimestampError';

  constructor(text: string, reason: string) {
    super(
      `invalid timestamp ${JSON.stringify(safeText(text, MAX_SHOWN))}: ${reason}; allowed is e.g. 2026-01-05T06:00:00.000Z`,
    );
  }
}

/** Thrown when two enrichments of different sources are compared. */
export class DifferentSourcesError extends Error {
  override readonly name = 'DifferentSourcesError';

  constructor(older: string, newer: string) {
    super(`cannot compare an enrichment of source '${older}' with one of source '${newer}'`);
  }
}

/** Thrown when a stored document does not have the shape that this program writes. */
export class CorruptDocumentError extends Error {
  override readonly name = 'CorruptDocumentError';
  readonly id: string;

  constructor(id: string, reason: string) {
    super(`the document '${id}' in the jar is damaged: ${reason}`);
    this.id = id;
  }
}

/** Thrown when the store gives no usable answer for now: unreachable, overloaded, too slow. Worth repeating. */
export class StoreUnavailableError extends Error {
  override readonly name: string = 'StoreUnavailableError';
  /** How long not to ask again, in ms, where the store said so or asking sooner would do harm. */
  readonly retryAfterMs?: number;

  constructor(message: string, retryAfterMs?: number) {
    super(message);
    if (retryAfterMs !== undefined) this.retryAfterMs = retryAfterMs;
  }
}

/** Thrown when an answer of the store has more bytes than are read at once. */
export class AnswerTooLargeError extends StoreUnavailableError {
  override readonly name = 'AnswerTooLargeError';

  constructor(url: string, what: string) {
    super(`CouchDB at ${url} could not do ${what}: its answer has more bytes than are read`);
  }
}

/** Thrown when the certificate of an https server is not to be trusted: expired, of another name, or of an unknown CA. */
export class UntrustedServerError extends StoreUnavailableError {
  override readonly name = 'UntrustedServerError';

  constructor(url: string, code: string) {
    super(
      `the certificate of CouchDB at ${url} is not trusted (${code}): set COUCHDB_CA to the file with the certificate of the CA that issued it`,
    );
  }
}

/** Thrown when the store refuses a request for good. */
export class StoreRefusedError extends Error {
  override readonly name: string = 'StoreRefusedError';
  /** HTTP status, or the one that fits the error the store named for one document. */
  readonly status: number;
  /** CouchDB's word for it, e.g. `document_too_large`; absent where something before it refused. */
  readonly word?: string;

  constructor(status: number, what: string, reason: string, word?: string) {
    super(`CouchDB refused ${what} with ${status}: ${reason}`);
    this.status = status;
    if (word !== undefined) this.word = word;
  }
}

/** Thrown when a document is larger than CouchDB takes with its settings as they come. */
export class DocumentTooLargeError extends StoreRefusedError {
  override readonly name = 'DocumentTooLargeError';

  constructor(id: string, bytes: number, allowed: number) {
    super(413, `the document '${id}'`, `it would have ${bytes} bytes of JSON; allowed are ${allowed}`);
  }
}

/** Thrown when the store does not know the user, the password is wrong (401), or the user may not do this (403). */
export class AccessDeniedError extends StoreRefusedError {
  override readonly name = 'AccessDeniedError';
}

/** Thrown when CouchDB does not allow the database's name. */
export class InvalidDatabaseNameError extends Error {
  override readonly name = 'InvalidDatabaseNameError';

  constructor(database: string) {
    super(
      `invalid database name '${database}': it starts with a lower-case letter, followed by lower-case letters, digits and any of _ $ ( ) + - /, at most 200 in all`,
    );
  }
}

/** Thrown when the address of the store is not an http or https URL. */
export class InvalidStoreUrlError extends Error {
  override readonly name = 'InvalidStoreUrlError';

  constructor(reason: string) {
    super(`invalid CouchDB URL: ${reason}; allowed is e.g. http://localhost:5984 or https://user:password@host:6984`);
  }
}

/** Thrown by everything still waiting when the jar is closed, and by every later use. */
export class JarClosedError extends Error {
  override readonly name = 'JarClosedError';

  constructor() {
    super('the cookie jar was closed');
  }
}
