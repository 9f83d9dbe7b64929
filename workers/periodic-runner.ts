import type { Logger } from 'pino';
import type { PeriodicRun } from '../activities/create-periodic-activities.ts';
import { type ConfigProblem, describeProblem } from '../configs/errors.ts';
import { nearest } from '../configs/nearest.ts';
import { plainProblems } from '../configs/problems.ts';
import type { WorkerConfig } from '../configs/worker-configs.ts';
import type { JsonValue } from '../cookiejar/json.ts';
import type { OpenJar } from '../cookiejar/open-jar.ts';
import type { Pace } from '../pacing/pace.ts';
import { workerLogger } from '../periodic/periodic-worker.ts';
import { WorkerMisconfiguredError } from '../periodic/threads/errors.ts';
import type { CodeLocation } from '../periodic/threads/messages.ts';
import { runClass } from '../periodic/threads/thread-tasks.ts';
import type { UserWorkers } from '../periodic/user-workers/user-workers.ts';
import { createWorkerJar } from '../periodic/worker-jar.ts';
import { RECONCILER } from '../reconciling/reconciler-config.ts';
import { Reconciler } from '../reconciling/reconciler.ts';
import type { Watch } from '../reconciling/watch.ts';
import { type RetrieverContext, type ShippedWorker, shippedWorkers } from '../retrieval/shipped-workers.ts';
import type { WakeCookie } from '../workflows/client/wake.ts';
import { WakeKind } from '../workflows/messages.ts';
import { SHIPPED_NAMES } from './inspect-worker-config.ts';
import { NothingToRunError } from './periodic-errors.ts';
import { threadedWorkers } from './shipped-threaded-workers.ts';

/** What periodic workers are run with. */
export interface PeriodicRunnerParts {
  readonly store: Pick<OpenJar, 'jar' | 'documents' | 'address'>;
  readonly users: UserWorkers;
  readonly wake: WakeCookie;
  readonly log: Logger;
  /** Folders that folder retrievals never look into. */
  readonly leaveOut: readonly string[];
  /** Folder of baton's programs, where there is one. */
  readonly batonBinDir?: string | undefined;
  /** Of everything that is asked of iRODS. */
  readonly irodsPace?: Pace | undefined;
  /** What the Reconciler watches, in one run. */
  readonly watches: (signal: AbortSignal) => readonly Watch[];
  /** How long a run in a thread may be silent, in milliseconds. */
  readonly silenceMs: number;
  /** Heap of a thread, in megabytes. */
  readonly memoryMb: number;
  /** Told of every progress that a run reports. */
  readonly onProgress?: (worker: string, progress: JsonValue | undefined) => void;
}

/** What runs go by. */
export interface RunnableConfigs {
  /** By class name. */
  readonly configs: ReadonlyMap<string, WorkerConfig>;
  readonly problems: readonly ConfigProblem[];
}

/** A run in a thread is alive as long as its thread is; Temporal wants to hear so more often than every 15 s. */
const BEAT_MS = 4000;

/** Runs the periodic workers whose configuration is in force. */
export class PeriodicRunner {
  readonly #parts: PeriodicRunnerParts;
  readonly #closing = new AbortController();
  readonly #running = new Set<Promise<unknown>>();
  readonly #configured: Promise<void>;
  #tellConfigured = (): void => {};
  #inForce: RunnableConfigs = { configs: new Map(), problems: [] };

  constructor(parts: PeriodicRunnerParts) {
    this.#parts = parts;
    this.#configured = new Promise((resolve) => {
      this.#tellConfigured = resolve;
    });
  }

  /** Runs that start from now on are configured like this. */
  configure(inForce: RunnableConfigs): void {
    this.#inForce = inForce;
    this.#tellConfigured();
  }

  /**
   * Runs one worker once.
   * @throws NothingToRunError if there is no such worker here, or none configured; whatever ends the run
   */
  async run(worker: string, run: PeriodicRun): Promise<JsonValue | void> {
    const signal = AbortSignal.any([run.signal, this.#closing.signal]);
    const running = this.#run(worker, { ...run, signal });
    this.#running.add(running);
    try {
      return await running;
    } catch (error) {
      if (!signal.aborted) this.#parts.log.error({ worker, attempt: run.attempt, err: error }, 'a periodic run failed');
      throw error;
    } finally {
      this.#running.delete(running);
    }
  }

  /** Ends what still runs. */
  async close(): Promise<void> {
    this.#closing.abort(new Error('the worker process ends'));
    await Promise.allSettled(this.#running);
  }

  async #run(worker: string, run: PeriodicRun): Promise<JsonValue | void> {
    await this.#configured;
    const config = this.#inForce.configs.get(worker);
    const inProcess = shippedWorkers[worker];
    if (config === undefined) throw this.#nothingToRun(worker);
    if (worker === RECONCILER) return this.#runHere((context) => this.#reconciler(context), config, run);
    if (inProcess !== undefined) return this.#runHere((context) => inProcess.create(context), config, run);
    const shipped = threadedWorkers[worker];
    const { users, memoryMb } = this.#parts;
    if (shipped !== undefined) return this.#runInThread(shipped.code, shipped.memoryMb, config, run);
    const code = await users.locate(worker);
    if (code === undefined) throw this.#nothingToRun(worker);
    return this.#runInThread(code, memoryMb, config, run);
  }

  #reconciler(context: RetrieverContext): Reconciler {
    const { watches, store } = this.#parts;
    return new Reconciler({ ...context, watches: watches(context.signal), feed: store.documents, now: Date.now });
  }

  async #runHere(create: ShippedWorker['create'], config: WorkerConfig, run: PeriodicRun): Promise<JsonValue | void> {
    const { store, log, leaveOut, batonBinDir, irodsPace, onProgress } = this.#parts;
    const { worker } = config;
    const { jar, documents } = store;
    const instance = create({
      ...run,
      worker,
      config: { worker: config.values },
      logger: workerLogger(log, worker, config.logLevel),
      jar: createWorkerJar({ jar, documents, wake: this.#wakeFor(run) }),
      leaveOut,
      ...(batonBinDir === undefined ? {} : { batonBinDir }),
      ...(irodsPace === undefined ? {} : { irodsPace }),
      heartbeat: (progress) => {
        onProgress?.(worker, progress);
        run.heartbeat(progress);
      },
    });
    const result = await instance.callback();
    await instance.finished();
    return result;
  }

  async #runInThread(
    code: CodeLocation,
    memoryMb: number,
    config: WorkerConfig,
    run: PeriodicRun,
  ): Promise<JsonValue | void> {
    const { store, log, silenceMs, onProgress } = this.#parts;
    const { worker, values, ownKeys, customKeys, logLevel } = config;
    const { signal, startedAt } = run;
    let { lastProgress } = run;
    const beats = setInterval(() => run.heartbeat(lastProgress), BEAT_MS);
    const task = {
      code,
      worker,
      config: { values, ownKeys, customKeys },
      logLevel,
      startedAt: startedAt.toISOString(),
      ...(lastProgress === undefined ? {} : { lastProgress }),
      jar: store.address,
    };
    try {
      return await runClass(task, {
        about: worker,
        logger: workerLogger(log, worker, logLevel),
        silenceMs,
        memoryMb,
        signal,
        onProgress: (progress) => {
          lastProgress = progress;
          onProgress?.(worker, progress);
          run.heartbeat(progress);
        },
        wake: this.#wakeFor(run),
      });
    } catch (error) {
      if (!(error instanceof WorkerMisconfiguredError)) throw error;
      const problems = plainProblems(error.issues, values, config.file);
      throw new NothingToRunError(`${worker} is not configured as its class wants it: ${told(problems)}`);
    } finally {
      clearInterval(beats);
    }
  }

  /** A run may wake any number of cookies: it waits while enough are under way, and not a moment after it must end. */
  #wakeFor({ signal }: PeriodicRun): (identifier: string) => Promise<void> {
    return async (identifier) => this.#parts.wake(identifier, WakeKind.Enriched, { inBulk: true, signal });
  }

  #nothingToRun(worker: string): NothingToRunError {
    const { configs, problems } = this.#inForce;
    const own = problems.filter(({ file }) => file.endsWith(`${worker}.json`));
    if (own.length > 0) return new NothingToRunError(`${worker} has no usable configuration: ${told(own)}`);
    const known = [...new Set([...SHIPPED_NAMES, ...configs.keys()])].filter((name) => name !== worker);
    const meant = nearest(worker, known);
    const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
    return new NothingToRunError(`there is no periodic worker ${worker} with a config file here${hint}`);
  }
}

function told(problems: readonly ConfigProblem[]): string {
  return problems.map(describeProblem).join('; ');
}
