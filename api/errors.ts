import { cutText } from './cut-text.ts';

/** What was wrong at one place of a request. */
export interface RequestFault {
  /** Where, e.g. `body[3].enrichments[0].timestamp`. */
  readonly place: string;
  /** What is wrong there and what is allowed. */
  readonly reason: string;
}

/** Thrown when a request cannot be served as it stands; its message is told to the client. */
export class RequestRefusedError extends Error {
  override readonly name: string = 'RequestRefusedError';
  /** HTTP status, 400 to 499. */
  readonly status: number;

  constructor(status: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

/** Thrown when a request breaks its schema; tells all faults at once. */
export class InvalidRequestError extends RequestRefusedError {
  override readonly name = 'InvalidRequestError';
  readonly faults: readonly RequestFault[];

  constructor(all: readonly RequestFault[]) {
    const faults = all.map(({ place, reason }) => ({ place: cutText(place), reason: cutText(reason) }));
    super(400, faults.map(({ place, reason }) => `${place}: ${reason}`).join('; '));
    this.faults = faults;
  }
}

/** Thrown when a request names something that does not exist. */
export class NotFoundError extends RequestRefusedError {
  override readonly name = 'NotFoundError';

  constructor(message: string) {
    super(404, message);
  }
}

/** Thrown when a path exists, but not for the request's method. */
export class MethodNotAllowedError extends RequestRefusedError {
  override readonly name = 'MethodNotAllowedError';
  /** Methods that the path takes. */
  readonly allowed: readonly string[];

  constructor(method: string, path: string, allowed: readonly string[]) {
    super(405, `${path} does not take ${method}; it takes ${allowed.join(', ')}`);
    this.allowed = allowed;
  }
}

/** Thrown when a request brings no valid token. */
export class UnauthorizedError extends RequestRefusedError {
  override readonly name = 'UnauthorizedError';

  constructor() {
    super(401, 'this API asks for a token: send the header "Authorization: Bearer <token>"');
  }
}

/** Thrown when a request would change something, and its token is for looking only. */
export class ReadOnlyTokenError extends RequestRefusedError {
  override readonly name = 'ReadOnlyTokenError';

  constructor(token: string, method: string) {
    super(403, `the token "${token}" is for reading only: ${method} needs one with the access "write"`);
  }
}

/** Thrown when a client asks more often than it may. */
export class TooManyRequestsError extends RequestRefusedError {
  override readonly name = 'TooManyRequestsError';
  /** After how many seconds it may ask again. */
  readonly retryAfter: number;

  constructor(perSecond: number, retryAfter: number) {
    super(429, `more than ${perSecond} requests a second: ask again in ${retryAfter} s`);
    this.retryAfter = retryAfter;
  }
}

/** Thrown at start when the API would listen beyond this machine and anybody could ask it. */
export class OpenToStrangersError extends Error {
  override readonly name = 'OpenToStrangersError';

  constructor(host: string) {
    super(
      `the API would listen on ${host} for everybody: set COOKIE_MONSTER_API_TOKEN or api.tokens, or HOST to 127.0.0.1`,
    );
  }
}

/** Thrown when something behind the API does not answer; its message is told to the client, its cause is not. */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError';
  readonly status = 503;
  /** After how many seconds to ask again, where that is known. */
  readonly retryAfter?: number;

  constructor(message: string, { retryAfter, ...options }: ErrorOptions & { readonly retryAfter?: number } = {}) {
    super(message, options);
    if (retryAfter !== undefined) this.retryAfter = retryAfter;
  }
}
