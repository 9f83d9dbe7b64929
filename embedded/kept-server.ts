import { setTimeout as delay } from 'node:timers/promises';
import { ServerStartError } from './errors.ts';
import { type GuardedServer, type ServerCommand, type ServerExit, startGuarded } from './guarded-server.ts';
import { logTail } from './log-file.ts';
import type { EmbeddedLogger } from './logger.ts';
import { messageOf } from './thrown.ts';
import { settlesWithin } from './wait.ts';

/** A server to keep running. */
export interface KeptServerOptions extends ServerCommand {
  /** Resolves when the server that was just started answers; `signal` aborts when nobody needs to know any more. */
  ready(server: GuardedServer, signal: AbortSignal): Promise<void>;
  readonly logger: EmbeddedLogger;
  /** @default six deaths in a minute, with 0.2, 0.4, 0.8 … s between them */
  readonly restarts?: RestartLimits;
}

/** When to give a dying server up. */
export interface RestartLimits {
  /** This many deaths within `withinMs` are too many. */
  readonly deaths: number;
  readonly withinMs: number;
  /** Wait before the first restart; doubled for each further death within `withinMs`. */
  readonly backoffMs: number;
}

/** A server that is started again when it dies. */
export interface KeptServer {
  /** Settles only when the server was given up. */
  readonly exited: Promise<ServerExit>;
  stop(): Promise<void>;
}

const DEFAULT_RESTARTS: RestartLimits = { deaths: 6, withinMs: 60_000, backoffMs: 200 };

/** For a server on a slow, busy machine, with a database to recover. */
const READY_MS = 60_000;

/**
 * Starts a server and, once it was ready, starts it again whenever it dies, with growing pauses.
 *
 * @throws ServerStartError if it does not become ready the first time.
 */
export async function keepRunning(options: KeptServerOptions): Promise<KeptServer> {
  const keeper = new Keeper(options);
  await keeper.start();
  return { exited: keeper.keep(), stop: async () => keeper.stop() };
}

class Keeper {
  readonly #options: KeptServerOptions;
  readonly #stopping = new AbortController();
  #server: GuardedServer | undefined;

  constructor(options: KeptServerOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const server = startGuarded(this.#options);
    this.#server = server;
    const reason = await this.#reasonAgainst(server);
    if (reason === undefined) return;
    await server.stop();
    const { name, logFile } = this.#options;
    throw new ServerStartError(name, reason, logFile, logTail(logFile));
  }

  async keep(): Promise<ServerExit> {
    let deaths: number[] = [];
    for (;;) {
      const exit = await this.#death();
      const now = performance.now();
      deaths = [...deaths.filter((at) => now - at < this.#limits.withinMs), now];
      if (deaths.length >= this.#limits.deaths) return this.#giveUp(exit, deaths.length);
      await this.#restart(exit, this.#limits.backoffMs * 2 ** (deaths.length - 1));
    }
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#server?.stop();
  }

  get #limits(): RestartLimits {
    return this.#options.restarts ?? DEFAULT_RESTARTS;
  }

  /** Never settles for an end that was asked for. */
  async #death(): Promise<ServerExit> {
    const exit = (await this.#server?.exited) ?? { name: this.#options.name };
    return this.#stopping.signal.aborted ? new Promise<never>(() => {}) : exit;
  }

  async #restart(exit: ServerExit, backoffMs: number): Promise<void> {
    const { logger, name } = this.#options;
    logger.error({ server: name, exit, backoffMs }, `embedded ${name} ended; starting it again`);
    await delay(backoffMs, undefined, { signal: this.#stopping.signal }).catch(() => {});
    if (this.#stopping.signal.aborted) return;
    try {
      await this.start();
      logger.info({ server: name }, `embedded ${name} runs again`);
    } catch (error) {
      // Its exit has been noted and counts as the next death.
      logger.error({ server: name, error }, `embedded ${name} did not start again`);
    }
  }

  #giveUp(exit: ServerExit, deaths: number): ServerExit {
    const { logger, name } = this.#options;
    logger.error({ server: name, exit, deaths }, `embedded ${name} keeps ending; given up`);
    return exit;
  }

  /** Why the server is not ready and will not be; undefined when it is. */
  async #reasonAgainst(server: GuardedServer): Promise<string | undefined> {
    const enough = new AbortController();
    const ready = this.#options.ready(server, enough.signal).then(() => undefined, messageOf);
    const ended = server.exited.then(
      ({ code, signal }) => `it ended with ${signal ?? `exit code ${code ?? 'unknown'}`}`,
    );
    const first = Promise.race([ready, ended]);
    try {
      return (await settlesWithin(first, READY_MS)) ? await first : `not ready within ${READY_MS / 1000} s`;
    } finally {
      enough.abort();
    }
  }
}
