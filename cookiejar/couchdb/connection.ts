import nano from 'nano';
import type { Dispatcher } from 'undici';
import { z } from 'zod';
import type { Pace } from '../../pacing/pace.ts';
import {
  AccessDeniedError,
  AnswerTooLargeError,
  JarClosedError,
  StoreRefusedError,
  StoreUnavailableError,
  UntrustedServerError,
} from '../errors.ts';
import { type ParsedAddress, type StoreAddress, basicAuthorization, parseAddress } from './address.ts';
import { type AnswerHeaders, TOO_LARGE, createAgent, noting } from './answer-headers.ts';
import { parseRetryAfter } from './retry-after.ts';

/** One request to the store. */
export interface StoreRequest {
  /** In words, for errors. */
  readonly what: string;
  readonly method: 'GET' | 'POST' | 'PUT';
  /** Absent: of the server itself. */
  readonly database?: string;
  /** Below the database. */
  readonly path?: string;
  /** JSON text. */
  readonly body?: string;
  /** @default the connection's */
  readonly timeoutMs?: number;
}

/** Statuses that say "later": request timeout, too early, too many requests; and every 5xx. */
const PASSING_STATUSES: ReadonlySet<number> = new Set([408, 425, 429]);

const couchErrorSchema = z.object({
  statusCode: z.number().optional(),
  message: z.string().catch('no reason given'),
  /** CouchDB's word for it. */
  error: z.string().optional().catch(undefined),
});

/** What CouchDB answers, with 412, while a node is in maintenance. */
const NODE_DOWN = 'nodedown';

const UNAUTHORIZED = 401;

/** More than a hundred documents of the largest kind that are read together; half of what a text may have in V8. */
const MAX_ANSWER_BYTES = 256 * 1024 * 1024;

/** Node's codes for certificates that it does not believe. */
const DISTRUST = /CERT|UNABLE_TO_VERIFY|CRL_/;

/** Speaks to one CouchDB server: each call is one try with a time limit, its failure one of the room's errors. */
export class CouchConnection {
  readonly address: ParsedAddress;
  readonly #agent: Dispatcher;
  readonly #timeoutMs: number;
  readonly #pace: Pace | undefined;
  readonly #underWay = new Set<AbortController>();
  #server: nano.ServerScope;
  /** Under way now: requests that were turned away at once need one between them. */
  #login: Promise<nano.ServerScope> | undefined;
  #closed = false;

  /**
   * @param pace - of all requests; none if they may be made as fast as they come
   * @param maxAnswerBytes - an answer that is larger is not read to its end
   * @throws InvalidStoreUrlError
   */
  constructor(address: StoreAddress, timeoutMs: number, pace?: Pace, maxAnswerBytes = MAX_ANSWER_BYTES) {
    this.address = parseAddress(address);
    this.#agent = createAgent(maxAnswerBytes, address.ca);
    this.#server = this.#serverScope();
    this.#timeoutMs = timeoutMs;
    this.#pace = pace;
  }

  /**
   * The body of the answer, parsed.
   * @throws StoreUnavailableError when trying again later may help
   * @throws AccessDeniedError, StoreRefusedError when it will not
   * @throws JarClosedError
   */
  async request(request: StoreRequest): Promise<unknown> {
    if (this.#closed) throw new JarClosedError();
    const timeoutMs = request.timeoutMs ?? this.#timeoutMs;
    const abort = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    this.#underWay.add(abort);
    try {
      await this.#pace?.turn(abort.signal);
      timer = setTimeout(() => abort.abort(), timeoutMs);
      return await this.#authorized(request, abort.signal);
    } catch (error) {
      if (this.#closed) throw new JarClosedError();
      if (abort.signal.aborted) throw this.#unavailable(request, `no answer within ${timeoutMs} ms`);
      throw error;
    } finally {
      clearTimeout(timer);
      this.#underWay.delete(abort);
    }
  }

  /** Ends all requests under way; they and all later ones throw {@link JarClosedError}. */
  close(): void {
    this.#closed = true;
    for (const abort of this.#underWay) abort.abort();
    void this.#agent.close();
  }

  /** Logs in where the server takes no passwords with requests, or the session that it gave has run out. */
  async #authorized(request: StoreRequest, signal: AbortSignal): Promise<unknown> {
    const server = this.#server;
    try {
      return await this.#answer(server, request, signal);
    } catch (error) {
      if (!(error instanceof AccessDeniedError) || error.status !== UNAUTHORIZED) throw error;
      if (this.address.credentials === undefined) throw error;
      if (server === this.#server && !(await this.#logIn(signal))) throw error;
      return this.#answer(this.#server, request, signal);
    }
  }

  /** @returns false where the server gives no session either */
  async #logIn(signal: AbortSignal): Promise<boolean> {
    this.#login ??= this.#openSession(signal).finally(() => {
      this.#login = undefined;
    });
    try {
      this.#server = await this.#login;
      return true;
    } catch (error) {
      if (error instanceof StoreRefusedError) return false;
      throw error;
    }
  }

  async #openSession(signal: AbortSignal): Promise<nano.ServerScope> {
    const headers: AnswerHeaders = {};
    const body = JSON.stringify(this.address.credentials);
    const request = { what: 'the login', method: 'POST', path: '_session', body } as const;
    await this.#answer(this.#serverScope(), request, signal, headers);
    return this.#serverScope(headers.cookies);
  }

  #serverScope(cookies: readonly string[] = []): nano.ServerScope {
    const { url, credentials } = this.address;
    const headers = {
      ...(credentials && { Authorization: basicAuthorization(credentials) }),
      ...(cookies.length > 0 && { cookie: cookies.join('; ') }),
    };
    // nano's types know `agentOptions` only, and of that only what makes agents, not one that is made. Told to parse the
    // URL, nano would take its last part for a database.
    const options = { url, headers, agent: this.#agent, parseUrl: false };
    return nano(options);
  }

  async #answer(
    server: nano.ServerScope,
    request: StoreRequest,
    signal: AbortSignal,
    headers: AnswerHeaders = {},
  ): Promise<unknown> {
    const { method, database: db, path, body } = request;
    const options = {
      method,
      signal,
      ...(db !== undefined && { db }),
      ...(path && { path }),
      ...(body && { body, dontStringify: true }),
    };
    const answering = noting(headers, async () => server.request(options));
    const answer: unknown = await answering.catch((error: unknown) => {
      throw this.#translate(request, error, headers);
    });
    if (headers.failure === TOO_LARGE) throw new AnswerTooLargeError(this.address.url, request.what);
    // nano answers with text where what came is no JSON, or was cut off in the middle.
    if (typeof answer !== 'object' || answer === null) {
      throw this.#unavailable(request, 'the answer was cut off or is not JSON');
    }
    return answer;
  }

  #translate(request: StoreRequest, thrown: unknown, { retryAfter, failure }: AnswerHeaders): Error {
    const { statusCode, message, error } = couchErrorSchema.parse(thrown);
    if (failure !== undefined && DISTRUST.test(failure)) return new UntrustedServerError(this.address.url, failure);
    if (statusCode === undefined) return this.#unavailable(request, message);
    if (statusCode >= 500 || PASSING_STATUSES.has(statusCode) || error === NODE_DOWN) {
      return this.#unavailable(request, `${statusCode} ${message}`, parseRetryAfter(retryAfter));
    }
    const what = `${request.what} (${this.address.url}/${request.database ?? ''})`;
    const kind = statusCode === UNAUTHORIZED || statusCode === 403 ? AccessDeniedError : StoreRefusedError;
    return new kind(statusCode, what, message, error);
  }

  #unavailable(request: StoreRequest, reason: string, retryAfterMs?: number): StoreUnavailableError {
    const { url } = this.address;
    return new StoreUnavailableError(`CouchDB at ${url} could not do ${request.what}: ${reason}`, retryAfterMs);
  }
}
