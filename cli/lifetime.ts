import type { Logger } from 'pino';

/** What is left of the ten seconds in which a process must be gone is for Node to exit. */
const DRAIN_LIMIT_MS = 9_500;

type Close = () => Promise<void> | void;

/** Things opened one after the other, closed in the opposite order, each even if another fails to close. */
export class Lifetime {
  readonly #closers: { readonly name: string; readonly close: Close }[] = [];
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Notes how to close what was just opened. */
  add(name: string, close: Close): void {
    this.#closers.push({ name, close });
  }

  async close(): Promise<void> {
    for (let closer = this.#closers.pop(); closer !== undefined; closer = this.#closers.pop()) {
      try {
        await closer.close();
      } catch (error) {
        this.#log.error({ err: error }, `could not close ${closer.name}`);
      }
    }
  }
}

/**
 * Runs until SIGTERM, SIGINT, SIGHUP or the end of `serving`, then closes everything. A second signal does not wait.
 * @returns the exit code
 * @throws what `serving` rejects with, after everything was closed
 */
export async function runUntilSignal(lifetime: Lifetime, log: Logger, serving: Promise<unknown>): Promise<number> {
  const signalled = async (): Promise<void> => {
    log.info({ signal: await nextSignal() }, 'stopping');
  };
  try {
    await Promise.race([signalled(), serving]);
  } finally {
    // A failure that closing itself causes is no news.
    serving.catch(() => {});
    if (!(await closedInTime(lifetime))) log.warn('not everything was closed in time');
  }
  return 0;
}

/** Closes everything, but not for longer than {@link DRAIN_LIMIT_MS}. */
async function closedInTime(lifetime: Lifetime): Promise<boolean> {
  const late = new Promise<false>((resolve) => {
    setTimeout(() => resolve(false), DRAIN_LIMIT_MS).unref();
  });
  return Promise.race([lifetime.close().then(() => true), late, nextSignal().then(() => false)]);
}

async function nextSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, resolve);
  });
}
