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
    super(`invalid enrichment: ${place} ${reason}`);
    this.place = place;
  }
}

/** Thrown when a text names no instant, e.g. because it has no zone. */
export class InvalidTimestampError extends Error {
  override readonly name = 'InvalidTimestampError';

  constructor(text: string, reason: string) {
    super(`invalid timestamp ${JSON.stringify(text)}: ${reason}; allowed is e.g. 2026-01-05T06:00:00.000Z`);
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
  override readonly name = 'StoreUnavailableError';
}

/** Thrown when the store refuses a request for good. */
export class StoreRefusedError extends Error {
  override readonly name: string = 'StoreRefusedError';
  /** HTTP status, or the one that fits the error the store named for one document. */
  readonly status: number;

  constructor(status: number, what: string, reason: string) {
    super(`CouchDB refused ${what} with ${status}: ${reason}`);
    this.status = status;
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
      `invalid database name '${database}': it starts with a lower-case letter, followed by lower-case letters, digits and any of _ $ ( ) + - /`,
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
