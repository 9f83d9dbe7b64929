import { JarClosedError, StoreUnavailableError, UntrustedServerError } from '../errors.ts';
import type { JarLogger } from '../logger.ts';
import { outagePause } from './backoff.ts';

/** Waits through outages of the store, and says when one begins and ends. */
export class Patience {
  readonly #logger: JarLogger;
  readonly #sleepers = new Set<() => void>();
  #outageSince: number | undefined;
  #closed = false;

  constructor(logger: JarLogger) {
    this.#logger = logger;
  }

  /**
   * Tries until the store answers, however long that takes.
   * @param limitMs gives up with the last error once so long has passed
   */
  async insist<T>(attempt: () => Promise<T>, limitMs = Infinity): Promise<T> {
    const start = performance.now();
    for (let failures = 1; ; failures++) {
      try {
        const result = await attempt();
        this.answered();
        return result;
      } catch (error) {
        if (!(error instanceof StoreUnavailableError) || performance.now() - start > limitMs) throw error;
        // Whoever would wait for a while only is better told what to do; later on, somebody may renew it.
        if (error instanceof UntrustedServerError && limitMs !== Infinity) throw error;
        this.failed(error);
        await this.sleep(outagePause(failures, error.retryAfterMs));
      }
    }
  }

  /** Notes that the store answered. */
  answered(): void {
    if (this.#outageSince === undefined) return;
    const seconds = Math.round((performance.now() - this.#outageSince) / 100) / 10;
    this.#outageSince = undefined;
    this.#logger.info({ seconds }, 'CouchDB answers again');
  }

  /** Notes that the store did not answer. */
  failed(error: StoreUnavailableError): void {
    if (this.#outageSince !== undefined) return;
    this.#outageSince = performance.now();
    this.#logger.warn({ reason: error.message }, 'CouchDB does not answer; trying until it does');
  }

  /** @throws JarClosedError at once when closed meanwhile */
  async sleep(ms: number): Promise<void> {
    if (this.#closed) throw new JarClosedError();
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#sleepers.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      this.#sleepers.add(wake);
    });
    if (this.#closed) throw new JarClosedError();
  }

  /** Ends all waiting. */
  close(): void {
    this.#closed = true;
    for (const wake of this.#sleepers) wake();
  }
}
