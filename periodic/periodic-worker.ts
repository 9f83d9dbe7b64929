import type { Logger } from 'pino';
import type { JsonObject, JsonValue } from '../cookiejar/json.ts';
import type { Duration } from './triggers/duration.ts';
import { Triggers, type TriggersContext } from './triggers/triggers.ts';
import type { Where } from './triggers/where.ts';
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
  /** When the run was due, the same for every repetition of it: what triggers count back from. */
  readonly startedAt: Date;
  /** What the run said last before it was repeated because of a crash or failure. */
  readonly lastProgress?: JsonValue;
  /** Tells the outside that the run is alive, and how far it has come. */
  readonly heartbeat: (progress: JsonValue | undefined) => void;
}

/** What every periodic worker is configured with. */
export interface CommonWorkerConfig {
  /** As it is written in the file. */
  readonly log_level: string;
  readonly interval: string;
}

/**
 * Base of everything that runs on a schedule: subclass it and write `callback`. One object serves one run.
 *
 * A subclass may have a `static readonly schema`, any Standard Schema such as zod's, of the keys that it knows; its
 * output type is `Config`.
 */
export abstract class PeriodicWorker<
  Config extends JsonObject = JsonObject,
  C extends PeriodicWorkerContext = PeriodicWorkerContext,
> {
  protected readonly context: C;
  readonly #triggers: Triggers;
  #progress: JsonValue | undefined;

  constructor(context: C) {
    this.context = context;
    this.#progress = context.lastProgress;
    this.#triggers = new Triggers({ ...triggerContext(context), beat: () => this.heartbeat() });
  }

  /** `config.worker`: the class's config file laid over `PeriodicWorker.json`. */
  get config(): { readonly worker: Config & CommonWorkerConfig } {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- checked against the class's schema before the run
    return this.context.config as { readonly worker: Config & CommonWorkerConfig };
  }

  /** Logs at the configured `log_level`. */
  get logger(): Logger {
    return this.context.logger;
  }

  /** Reads cookies, one, many or all; `enrich` stores and wakes. */
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
    // Refused where it is no JSON: then what was said before stands.
    this.context.heartbeat(progress);
    this.#progress = progress;
  }

  /**
   * Whether at least `n` cookies of a kind were added lately: their first matching enrichment is stamped within
   * `duration` before the run was due. Counted by an index that follows the jar; only what changed since the last time
   * is read.
   * @throws InvalidTriggerError
   */
  async cookiesAddedSince(n: number, where: Where, duration: Duration): Promise<boolean> {
    return this.#triggers.cookiesAddedSince(n, where, duration);
  }

  /** {@link PeriodicWorker.cookiesAddedSince} under the name that Machina gave it. */
  async n_nodes_added_since(n: number, where: Where, duration: Duration): Promise<boolean> {
    return this.#triggers.cookiesAddedSince(n, where, duration);
  }

  /**
   * Whether no matching enrichment is stamped within `duration` before the run was due: nothing of the kind comes in
   * any more. True also where none ever came.
   * @throws InvalidTriggerError
   */
  async cookiesQuietFor(where: Where, duration: Duration): Promise<boolean> {
    return this.#triggers.cookiesQuietFor(where, duration);
  }

  /**
   * Whether the last run that this let through, and that succeeded, was due at least `duration` before this one. Each
   * duration is looked at by itself.
   * @throws InvalidTriggerError
   */
  async atMostEvery(duration: Duration): Promise<boolean> {
    return this.#triggers.atMostEvery(duration);
  }

  /**
   * Whether there are at least `percent` percent more cookies of a kind than there were at the last run that this let
   * through, and that succeeded; before there was one, whether there are any.
   * @throws InvalidTriggerError
   */
  async grownBy(percent: number, where: Where): Promise<boolean> {
    return this.#triggers.grownBy(percent, where);
  }

  /**
   * Whether several triggers are met, asked in turn up to the first that is not. Only if all are, this run counts as
   * one that `atMostEvery` and `grownBy` among them let through. Asked by `&&`, one that is met would count it though
   * another one kept the work from being done.
   */
  async allOf(...triggers: readonly (() => Promise<boolean>)[]): Promise<boolean> {
    return this.#triggers.allOf(triggers);
  }

  /** The work. What it returns becomes the run's result, for people to see. */
  abstract callback(): Promise<JsonValue | void> | JsonValue | void;

  /** Called after `callback` has resolved: `atMostEvery` and `grownBy` look back to this run from now on. */
  async finished(): Promise<void> {
    await this.#triggers.finished();
  }
}

function triggerContext({
  worker,
  jar,
  logger,
  signal,
  startedAt,
}: PeriodicWorkerContext): Omit<TriggersContext, 'beat'> {
  return { worker, jar, logger, signal, startedAt };
}

/** A logger for one worker, at its configured level in pino's words. */
export function workerLogger(logger: Logger, worker: string, level: string): Logger {
  return logger.child({ worker }, { level });
}
