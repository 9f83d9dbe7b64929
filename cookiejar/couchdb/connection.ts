import nano from 'nano';
import { z } from 'zod';
import { AccessDeniedError, JarClosedError, StoreRefusedError, StoreUnavailableError } from '../errors.ts';
import { type ParsedAddress, type StoreAddress, parseAddress } from './address.ts';

/** One request to the store. */
export interface StoreRequest {
  /** In words, for errors. */
  readonly what: string;
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly database: string;
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
});

/** Speaks to one CouchDB server: each call is one try with a time limit, its failure one of the room's errors. */
export class CouchConnection {
  readonly address: ParsedAddress;
  readonly #server: nano.ServerScope;
  readonly #timeoutMs: number;
  readonly #underWay = new Set<AbortController>();
  #closed = false;

  /** @throws InvalidStoreUrlError */
  constructor(address: StoreAddress, timeoutMs: number) {
    this.address = parseAddress(address);
    const { url, authorization } = this.address;
    this.#server = nano({ url, headers: authorization === undefined ? {} : { Authorization: authorization } });
    this.#timeoutMs = timeoutMs;
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
    const timer = setTimeout(() => abort.abort(), timeoutMs);
    this.#underWay.add(abort);
    try {
      return await this.#answer(request, abort.signal);
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
  }

  async #answer(request: StoreRequest, signal: AbortSignal): Promise<unknown> {
    const { method, database, path, body } = request;
    const options = { method, db: database, signal, ...(path && { path }), ...(body && { body, dontStringify: true }) };
    const answer: unknown = await this.#server.request(options).catch((error: unknown) => {
      throw this.#translate(request, error);
    });
    // nano answers with text or bytes where what came is no JSON, or was cut off in the middle.
    if (typeof answer !== 'object' || answer === null || Buffer.isBuffer(answer)) {
      throw this.#unavailable(request, 'the answer was cut off or is not JSON');
    }
    return answer;
  }

  #translate(request: StoreRequest, error: unknown): Error {
    const { statusCode, message } = couchErrorSchema.parse(error);
    if (statusCode === undefined) return this.#unavailable(request, message);
    if (statusCode >= 500 || PASSING_STATUSES.has(statusCode)) {
      return this.#unavailable(request, `${statusCode} ${message}`);
    }
    const what = `${request.what} (${this.address.url}/${request.database})`;
    if (statusCode === 401 || statusCode === 403) return new AccessDeniedError(statusCode, what, message);
    return new StoreRefusedError(statusCode, what, message);
  }

  #unavailable(request: StoreRequest, reason: string): StoreUnavailableError {
    return new StoreUnavailableError(`CouchDB at ${this.address.url} could not do ${request.what}: ${reason}`);
  }
}
