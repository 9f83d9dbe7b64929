import type { Logger } from 'pino';
import type { JsonObject, JsonValue } from '../cookiejar/json.ts';
import type { WorkerJar } from './worker-jar.ts';

/** What one run of a periodic worker is given. */
export interface PeriodicWorkerContext {
  /** Class name. */
  readonly worker: string;
  readonly config: { readonly worker: JsonObject };
  readonly logger: Logger;
  readonly jar: WorkerJar;
  /** Aborted when the run must stop: shutdown, cancellation, or a limit. */
  readonly signal: AbortSignal;
  /** What the run said last before it was repeated because of a crash or failure. */
  readonly lastProgress?: JsonValue;
  /** Tells the outside that the run is alive, and how far it has come. */
  readonly heartbeat: (progress: JsonValue | undefined) => void;
}

/**
 * Base of everything that runs on a schedule: subclass it and write `callback`. One object serves one run.
 */
export abstract class PeriodicWorker<C extends PeriodicWorkerContext = PeriodicWorkerContext> {
  protected readonly context: C;
  #progress: JsonValue | undefined;

  constructor(context: C) {
    this.context = context;
    this.#progress = context.lastProgress;
  }

  /** `config.worker`: the class's config file laid over `PeriodicWorker.json`. */
  get config(): { readonly worker: JsonObject } {
    return this.context.config;
  }

  /** Logs at the configured `log_level`. */
  get logger(): Logger {
    return this.context.logger;
  }

  /** Reads cookies; `enrich` stores and wakes. */
  get jar(): WorkerJar {
    return this.context.jar;
  }

  get signal(): AbortSignal {
    return this.context.signal;
  }

  /** What `heartbeat` was given last; at the beginning of a repeated run, by the run before it. */
  get lastProgress(): JsonValue | undefined {
    return this.#progress;
  }

  /** Says that the run is alive. Without progress the last one stands, also for a repeated run. */
  heartbeat(progress: JsonValue | undefined = this.#progress): void {
    this.#progress = progress;
    this.context.heartbeat(progress);
  }

  /** The work. What it returns becomes the run's result, for people to see. */
  abstract callback(): Promise<JsonValue | void> | JsonValue | void;
}

/** A logger for one worker, at its configured level in pino's words. */
export function workerLogger(logger: Logger, worker: string, level: string): Logger {
  return logger.child({ worker }, { level });
}
