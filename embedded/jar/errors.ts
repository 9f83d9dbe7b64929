/** Thrown to answer a request with one of CouchDB's errors. */
export class CouchError extends Error {
  override readonly name = 'CouchError';
  /** HTTP status. */
  readonly status: number;
  /** CouchDB's word for it, e.g. `not_found`. */
  readonly error: string;

  constructor(status: number, error: string, reason: string) {
    super(reason);
    this.status = status;
    this.error = error;
  }
}

/** Thrown when the jar's folder cannot be used: another process has it open, or it may not be written. */
export class JarFolderError extends Error {
  override readonly name = 'JarFolderError';

  constructor(folder: string, cause: unknown) {
    super(`cannot use the jar folder ${folder}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/** Thrown when the port to listen on is taken. */
export class JarPortTakenError extends Error {
  override readonly name = 'JarPortTakenError';

  constructor(host: string, port: number) {
    super(
      `cannot serve the jar at ${host}:${port}: the port is taken; choose another one with COOKIE_MONSTER_JAR_PORT`,
    );
  }
}
