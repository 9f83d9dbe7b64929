import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { types } from 'node:util';
import { Worker } from 'node:worker_threads';
import type { Logger } from 'pino';
import { PACKAGE_ROOT } from '../../bundling/package-root.ts';
import type { JsonValue } from '../../cookiejar/json.ts';
import { Progress, Phase } from '../../bundling/thread-progress.ts';
import { ThreadEndedError, WorkerSilentError } from './errors.ts';
import type { FromThread, Outcome, ThreadSetup, ThreadTask, ToThread } from './messages.ts';
import { relayLine } from './relay-line.ts';

/** What a thread may take, and how it talks to the process that it belongs to. */
export interface ThreadHost {
  /** What messages are about: a class name, or a file where that is not known yet. */
  readonly about: string;
  /** Takes the thread's log lines. */
  readonly logger: Logger;
  /** How long a run may be silent, in milliseconds. */
  readonly silenceMs: number;
  /** Heap, in megabytes. */
  readonly memoryMb: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: JsonValue) => void;
  readonly wake?: (identifier: string) => Promise<void>;
}

const ENTRY = pathToFileURL(join(PACKAGE_ROOT, 'dist', 'periodic', 'threads', 'thread.js'));
/** How long the top level of a module may take. */
const LOAD_LIMIT_MS = 20_000;
/** Covers the start of a thread on a machine that is very busy, and the opening of the jar. */
const OWN_LIMIT_MS = 90_000;
/** How long a run has to heed an abort. Shorter than what Temporal's worker leaves between telling and forcing. */
const ABORT_GRACE_MS = 1500;
const LOOK_EVERY_MS = 200;
/** A look that comes later than this tells that the whole process slept, not that the thread was silent. */
const MAX_ELAPSED_MS = 3 * LOOK_EVERY_MS;

/**
 * Does one thing in a worker thread of its own, which has ended when this settles.
 * @throws WorkerSilentError, ThreadEndedError, and the signal's reason where it did not end well after an abort
 */
export async function doInThread(task: ThreadTask, host: ThreadHost): Promise<Outcome> {
  host.signal?.throwIfAborted();
  return new WorkerThread(task, host).outcome();
}

class WorkerThread {
  readonly #worker: Worker;
  readonly #host: ThreadHost;
  readonly #relay: Logger;
  readonly #beats = new Progress();
  readonly #exited: Promise<void>;
  readonly #settled: Promise<Outcome>;
  #settle: (outcome: Outcome) => void = () => {};
  #fail: (error: unknown) => void = () => {};
  #failure: unknown;
  #seen = 0;
  #silentMs = 0;
  #lookedAt = performance.now();

  constructor(task: ThreadTask, host: ThreadHost) {
    this.#host = host;
    // The thread has serialized its errors already.
    this.#relay = host.logger.child({}, { serializers: { err: (error: unknown) => error } });
    const workerData: ThreadSetup = { beats: this.#beats.buffer, task };
    this.#worker = new Worker(ENTRY, {
      workerData,
      stdout: true,
      stderr: true,
      // Not inherited: the host may have been started with a debugger or a loader.
      execArgv: ['--enable-source-maps'],
      resourceLimits: { maxOldGenerationSizeMb: host.memoryMb },
    });
    this.#settled = new Promise((resolve, reject) => {
      this.#settle = resolve;
      this.#fail = reject;
    });
    // It may be settled before anybody waits.
    this.#settled.catch(() => {});
    this.#exited = this.#listen();
  }

  async outcome(): Promise<Outcome> {
    const { signal } = this.#host;
    const watch = setInterval(() => {
      this.#look();
    }, LOOK_EVERY_MS);
    const abort = (): void => void this.#abort();
    signal?.addEventListener('abort', abort, { once: true });
    try {
      const outcome = await this.#settled;
      if (outcome.type !== 'done') signal?.throwIfAborted();
      return outcome;
    } finally {
      clearInterval(watch);
      signal?.removeEventListener('abort', abort);
      await this.#worker.terminate();
      await this.#exited;
    }
  }

  async #abort(): Promise<void> {
    this.#post({ type: 'abort' });
    await sleep(ABORT_GRACE_MS, undefined, { ref: false });
    this.#fail(this.#host.signal?.reason);
  }

  #post(message: ToThread): void {
    this.#worker.postMessage(message, []);
  }

  async #listen(): Promise<void> {
    this.#worker.on('message', (message: FromThread) => {
      try {
        this.#take(message);
      } catch (error) {
        // The user's code can post, too; thrown here, it would end the whole process.
        this.#host.logger.warn({ err: error }, 'its thread posted what is no message of ours');
      }
    });
    for (const stream of [this.#worker.stdout, this.#worker.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#host.logger.info(text.trimEnd());
      });
    this.#worker.on('error', (error) => {
      this.#failure = error;
    });
    await new Promise<void>((resolve) => {
      this.#worker.once('exit', (code) => {
        const { signal, about } = this.#host;
        this.#fail(signal?.aborted === true ? signal.reason : new ThreadEndedError(about, this.#endReason(code)));
        resolve();
      });
    });
  }

  #take(message: FromThread): void {
    switch (message.type) {
      case 'log':
        relayLine(this.#relay, message.line);
        return;
      case 'progress':
        this.#host.onProgress?.(message.progress);
        return;
      case 'wake':
        void this.#wake(message);
        return;
      case 'inspected':
      case 'checked':
      case 'done':
      case 'misconfigured':
      case 'failed':
        this.#settle(message);
    }
  }

  async #wake({ call, identifier }: Extract<FromThread, { type: 'wake' }>): Promise<void> {
    try {
      await this.#host.wake?.(identifier);
      this.#post({ type: 'woken', call });
    } catch (error) {
      this.#post({ type: 'woken', call, error: types.isNativeError(error) ? error.message : String(error) });
    }
  }

  #endReason(code: number): string {
    const failure = this.#failure;
    if (failure === undefined) return `it exited with ${code}`;
    const outOfMemory = codeOf(failure) === 'ERR_WORKER_OUT_OF_MEMORY';
    if (outOfMemory) return `it used more than ${this.#host.memoryMb} MB of memory`;
    // Errors of Node itself may stem from another realm.
    return types.isNativeError(failure) ? failure.message : 'for no known reason';
  }

  #look(): void {
    const now = performance.now();
    const elapsed = Math.min(now - this.#lookedAt, MAX_ELAPSED_MS);
    this.#lookedAt = now;
    const { beat, phase } = this.#beats.sight();
    if (beat === this.#seen) this.#silentMs += elapsed;
    else this.#silentMs = 0;
    this.#seen = beat;
    const { limitMs, silence } = this.#limit(phase);
    if (this.#silentMs >= limitMs) this.#fail(new WorkerSilentError(this.#host.about, silence));
  }

  #limit(phase: Phase): { limitMs: number; silence: string } {
    const { silenceMs } = this.#host;
    if (phase === Phase.USER) {
      const silence = `was silent for ${seconds(silenceMs)} and was stopped; a longer run calls this.heartbeat() now and then`;
      return { limitMs: silenceMs, silence };
    }
    if (phase === Phase.LOADING) {
      const silence = `its top level ran longer than ${seconds(LOAD_LIMIT_MS)} and was stopped`;
      return { limitMs: LOAD_LIMIT_MS, silence };
    }
    return { limitMs: OWN_LIMIT_MS, silence: `its thread did not start within ${seconds(OWN_LIMIT_MS)}` };
  }
}

function seconds(ms: number): string {
  return `${ms / 1000} s`;
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
