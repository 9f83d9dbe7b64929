/** What went wrong in talking to iRODS through baton. */
export abstract class IrodsError extends Error {
  /** iRODS's or baton's own error code, where one was given. */
  readonly code: number | undefined;
  /** Whether asking again later may bring the answer. */
  abstract readonly retryable: boolean;

  constructor(message: string, options: { readonly code?: number | undefined; readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = options.code;
  }
}

/** Thrown when a path does not exist or may not be read: iRODS does not say which. */
export class IrodsPathUnavailableError extends IrodsError {
  override readonly name = 'IrodsPathUnavailableError';
  override readonly retryable = false;
}

/** Thrown when an object has no finished replica: it is being written, or all of its replicas are stale. */
export class NoGoodReplicaError extends IrodsError {
  override readonly name = 'NoGoodReplicaError';
  override readonly retryable = true;
}

/** Thrown when a person must change something first: baton, a query, the zone, credentials or permissions. */
export class IrodsSetupError extends IrodsError {
  override readonly name = 'IrodsSetupError';
  override readonly retryable = false;
}

/** Thrown when the connection to the server could not be made, or broke and broke again. */
export class IrodsConnectionError extends IrodsError {
  override readonly name = 'IrodsConnectionError';
  override readonly retryable = true;
}

/** Thrown when the server answers with an error that nothing more is known about. */
export class IrodsServerError extends IrodsError {
  override readonly name = 'IrodsServerError';
  override readonly retryable = true;
}

/** Thrown when baton refuses what it was asked: a fault of this program, or of a path given to it. */
export class BatonRefusalError extends IrodsError {
  override readonly name = 'BatonRefusalError';
  override readonly retryable = false;
}

/** Thrown when baton's answer cannot be understood: a fault of this program, or a baton it does not know. */
export class BatonAnswerError extends IrodsError {
  override readonly name = 'BatonAnswerError';
  override readonly retryable = false;
}

/** Thrown when no answer came in time. */
export class BatonTimeoutError extends IrodsError {
  override readonly name = 'BatonTimeoutError';
  override readonly retryable = true;

  constructor(about: string, timeoutMs: number) {
    super(`${about}: baton said nothing for ${timeoutMs} ms and was ended`);
  }
}

/** Thrown to those who wait for an answer, or ask, when the client is closed. */
export class BatonClosedError extends IrodsError {
  override readonly name = 'BatonClosedError';
  override readonly retryable = true;

  constructor(about: string) {
    super(`${about}: the baton client has been closed`);
  }
}
