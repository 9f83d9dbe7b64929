import { Worker } from 'node:worker_threads';
import type { JsonObject } from '../../cookiejar/json.ts';
import type { Log } from '../authoring/context.ts';
import type { FromThread, Task, ThreadSetup, ToThread } from '../evaluation/messages.ts';
import { Phase, Progress, type ProgressSight } from '../../bundling/thread-progress.ts';
import type { DefinitionSummary } from '../problem.ts';
import { type HostService, errorJson } from './host-services.ts';
import { OpenCalls } from './open-calls.ts';
import type { TaskOutcome } from './task-outcome.ts';

/** Given to every thread of a pool. */
export interface ThreadOptions {
  /** The compiled entry point. */
  readonly entry: URL;
  readonly config: JsonObject;
  readonly home: string;
  readonly rulesFolder: string;
  readonly services: ReadonlyMap<string, HostService>;
  readonly logger: Log;
  /** Heap of one thread, in megabytes. */
  readonly memoryMb: number;
  /** How long the top level of all files of a rulebook may take, in milliseconds. */
  readonly loadLimitMs: number;
}

/** One task with the rulebook version it needs. */
export interface Assignment {
  readonly hash: string;
  /** Makes sure that the version lies in a file. @returns its URL */
  readonly locate: () => Promise<string>;
  readonly task: Task;
  /** How long user code may be silent, in milliseconds. */
  readonly limitMs: number;
  /** Whether to find out which user code ends or cuts off the thread after its call; slow. @default false */
  readonly careful?: boolean;
  readonly signal?: AbortSignal;
}

/** Covers the start of a thread on a machine that is very busy. */
const OWN_LIMIT_MS = 60_000;
/** Once it has loaded a rulebook, its own work takes moments: what keeps it longer was left behind by user code. */
const LOADED_LIMIT_MS = 5000;
/** How long user code has to heed an abort. */
const ABORT_GRACE_MS = 2000;

/** One worker thread that runs one task at a time. */
export class RuleThread {
  readonly #worker: Worker;
  readonly #progress = new Progress();
  readonly #calls: OpenCalls;
  readonly #logger: Log;
  readonly #loadLimitMs: number;
  readonly #loaded = new Map<string, readonly DefinitionSummary[]>();
  readonly #exited: Promise<void>;
  #busy: { readonly assignment: Assignment; readonly settle: (outcome: TaskOutcome) => void } | undefined;
  #alive = true;
  #last: ProgressSight = this.#progress.sight();
  #silenceMs = 0;
  #failure: unknown;

  constructor({ entry, logger, services, memoryMb, loadLimitMs, ...setup }: ThreadOptions) {
    this.#loadLimitMs = loadLimitMs;
    this.#logger = logger;
    const workerData: ThreadSetup = { ...setup, services: [...services.keys()], progress: this.#progress.buffer };
    this.#worker = new Worker(entry, {
      workerData,
      stdout: true,
      stderr: true,
      // Not inherited: the host may have been started with a debugger or a loader.
      execArgv: ['--enable-source-maps'],
      resourceLimits: { maxOldGenerationSizeMb: memoryMb },
    });
    this.#calls = new OpenCalls(services, (message) => {
      this.#worker.postMessage(message, []);
    });
    this.#exited = this.#listen();
    this.#worker.unref();
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** How many rulebook versions it has loaded: a thread cannot unload one. */
  get versions(): number {
    return this.#loaded.size;
  }

  hasLoaded(hash: string): boolean {
    return this.#loaded.has(hash);
  }

  /** Runs a task; the thread must be idle. @throws what `locate` throws */
  async run(assignment: Assignment): Promise<TaskOutcome> {
    const { hash, task, careful = false, signal } = assignment;
    // Not busy before it is there: waiting for the jar is no silence of the thread's.
    const url = this.#loaded.has(hash) ? '' : await assignment.locate();
    const outcome = new Promise<TaskOutcome>((settle) => {
      this.#busy = { assignment, settle };
    });
    try {
      this.#start({ type: 'run', hash, url, task, careful });
      if (signal === undefined) return await outcome;
      return await this.#heeding(signal, outcome);
    } finally {
      this.#busy = undefined;
      this.#worker.unref();
    }
  }

  /** Looks whether user code got on since the last look, which was `elapsedMs` ago. */
  look(elapsedMs: number): void {
    if (this.#busy === undefined) return;
    const sight = this.#progress.sight();
    if (sight.beat !== this.#last.beat) {
      this.#last = sight;
      this.#silenceMs = 0;
    } else if (this.#calls.count === 0) {
      // Waiting for the host is not the user code's fault, e.g. while the jar is unreachable.
      this.#silenceMs += elapsedMs;
      if (this.#silenceMs >= this.#limitMs(sight.phase)) this.#settleAndEnd(this.#silent(sight));
    }
  }

  /** Ends the thread, whatever it does. */
  async end(): Promise<void> {
    this.#alive = false;
    this.#calls.hangUpAll();
    await this.#worker.terminate();
    await this.#exited;
  }

  #start(message: ToThread): void {
    this.#last = this.#progress.sight();
    this.#silenceMs = 0;
    if (!this.#alive) this.#settle(this.#died('it ended before its task began'));
    this.#worker.ref();
    this.#worker.postMessage(message, []);
  }

  async #heeding(signal: AbortSignal, outcome: Promise<TaskOutcome>): Promise<TaskOutcome> {
    let grace: NodeJS.Timeout | undefined;
    const abort = (): void => {
      this.#worker.postMessage({ type: 'abort' } satisfies ToThread, []);
      grace = setTimeout(() => {
        this.#settleAndEnd({ type: 'aborted' });
      }, ABORT_GRACE_MS);
    };
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    try {
      return await outcome;
    } finally {
      clearTimeout(grace);
      signal.removeEventListener('abort', abort);
    }
  }

  async #listen(): Promise<void> {
    this.#worker.on('message', (message: FromThread) => {
      try {
        this.#take(message);
      } catch (error) {
        // Users' code can post, too; thrown here, it would end the whole process.
        this.#logger.warn('a rule thread posted what is no message of ours', { reason: String(error) });
      }
    });
    for (const stream of [this.#worker.stdout, this.#worker.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#logger.info(text.trimEnd(), {});
      });
    this.#worker.on('error', (error) => {
      this.#failure = error;
    });
    await new Promise<void>((resolve) => {
      this.#worker.once('exit', (code) => {
        this.#alive = false;
        this.#calls.hangUpAll();
        const reason = this.#failure === undefined ? `it exited with ${code}` : errorJson(this.#failure).message;
        this.#settle(this.#died(reason));
        resolve();
      });
    });
  }

  #take(message: FromThread): void {
    switch (message.type) {
      case 'loaded':
        this.#loaded.set(message.hash, message.definitions);
        return;
      case 'call':
        void this.#calls.serve(message);
        return;
      case 'hang-up':
        this.#calls.hangUp(message.call);
        return;
      case 'log':
        this.#logger[message.level](message.message, message.details);
        return;
      case 'unloadable':
        // A failed import stays failed in this thread, even when its cause was none of the rulebook's.
        this.#settleAndEnd(message);
        return;
      case 'done':
      case 'failed':
        this.#settle(message);
    }
  }

  #settle(outcome: TaskOutcome): void {
    this.#busy?.settle(outcome);
  }

  #settleAndEnd(outcome: TaskOutcome): void {
    this.#settle(outcome);
    void this.end();
  }

  #limitMs(phase: Phase): number {
    if (phase === Phase.LOADING) return this.#loadLimitMs;
    const limitMs = this.#busy?.assignment.limitMs ?? OWN_LIMIT_MS;
    if (phase === Phase.USER) return limitMs;
    return this.#loaded.size === 0 ? OWN_LIMIT_MS : Math.max(limitMs, LOADED_LIMIT_MS);
  }

  #silent(at: ProgressSight): TaskOutcome {
    return { type: 'silent', at, ...this.#definitionAt(at) };
  }

  #died(reason: string): TaskOutcome {
    const at = this.#progress.sight();
    return { type: 'died', at, reason, ...this.#definitionAt(at) };
  }

  #definitionAt({ phase, index }: ProgressSight): { definition?: DefinitionSummary } {
    const definitions = this.#loaded.get(this.#busy?.assignment.hash ?? '');
    const definition = phase === Phase.USER ? definitions?.[index] : undefined;
    return definition === undefined ? {} : { definition };
  }
}
