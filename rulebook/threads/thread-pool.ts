import { EvaluatorClosedError } from '../errors.ts';
import { type Assignment, RuleThread, type ThreadOptions } from './rule-thread.ts';
import type { TaskOutcome } from './task-outcome.ts';

/** A thread cannot forget a rulebook version that it loaded; after so many it is replaced. */
const MAX_VERSIONS_PER_THREAD = 5;

const LOOK_EVERY_MS = 100;
/** A look that comes later than this tells that the whole process slept, not that user code was slow. */
const MAX_ELAPSED_MS = 3 * LOOK_EVERY_MS;

interface Waiting {
  readonly hash: string;
  readonly take: (thread: RuleThread) => void;
  readonly refuse: (error: unknown) => void;
}

/** Threads that run one task each at a time; started when needed, kept warm, replaced when they end. */
export class ThreadPool {
  readonly #size: number;
  readonly #options: ThreadOptions;
  readonly #threads = new Set<RuleThread>();
  readonly #idle = new Set<RuleThread>();
  readonly #ending = new Set<Promise<void>>();
  readonly #watch: NodeJS.Timeout;
  #waiting: readonly Waiting[] = [];
  #lookedAt = performance.now();
  #closed = false;

  /** @param size the most threads at a time */
  constructor(size: number, options: ThreadOptions) {
    this.#size = size;
    this.#options = options;
    this.#watch = setInterval(() => {
      this.#look();
    }, LOOK_EVERY_MS).unref();
  }

  /** Runs a task in a thread of its own. @throws EvaluatorClosedError, the abort reason, what `locate` throws */
  async run(assignment: Assignment): Promise<TaskOutcome> {
    const thread = await this.#acquire(assignment);
    try {
      const outcome = await thread.run(assignment);
      if (this.#closed) throw new EvaluatorClosedError();
      return outcome;
    } finally {
      this.#release(thread);
    }
  }

  /** Ends all threads; what they were doing is refused. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#watch);
    for (const { refuse } of this.#waiting) refuse(new EvaluatorClosedError());
    this.#waiting = [];
    for (const thread of this.#threads) this.#retire(thread);
    await Promise.all(this.#ending);
  }

  async #acquire({ hash, signal }: Assignment): Promise<RuleThread> {
    if (this.#closed) throw new EvaluatorClosedError();
    signal?.throwIfAborted();
    let leave: (() => void) | undefined;
    const thread = new Promise<RuleThread>((take, refuse) => {
      const waiting: Waiting = { hash, take, refuse };
      leave = () => {
        this.#waiting = this.#waiting.filter((other) => other !== waiting);
        refuse(signal?.reason);
      };
      this.#waiting = [...this.#waiting, waiting];
    });
    if (leave !== undefined) signal?.addEventListener('abort', leave, { once: true });
    this.#assign();
    try {
      return await thread;
    } finally {
      if (leave !== undefined) signal?.removeEventListener('abort', leave);
    }
  }

  #release(thread: RuleThread): void {
    if (thread.alive && !this.#closed) this.#idle.add(thread);
    else this.#threads.delete(thread);
    this.#assign();
  }

  /** Gives free threads to those who wait, in their order. */
  #assign(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const thread = this.#free(next.hash);
      if (thread === undefined) return;
      this.#idle.delete(thread);
      this.#waiting = this.#waiting.slice(1);
      next.take(thread);
    }
  }

  /** A thread for a version: best one that has loaded it, else one that still may, else a new one. */
  #free(hash: string): RuleThread | undefined {
    for (const thread of this.#idle) if (!thread.alive) this.#forget(thread);
    const idle = [...this.#idle];
    const fit =
      idle.find((thread) => thread.hasLoaded(hash)) ?? idle.find((thread) => thread.versions < MAX_VERSIONS_PER_THREAD);
    if (fit !== undefined) return fit;
    const [full] = idle;
    if (full !== undefined) this.#retire(full);
    if (this.#threads.size >= this.#size) return undefined;
    const fresh = new RuleThread(this.#options);
    this.#threads.add(fresh);
    return fresh;
  }

  #forget(thread: RuleThread): void {
    this.#idle.delete(thread);
    this.#threads.delete(thread);
  }

  #retire(thread: RuleThread): void {
    this.#forget(thread);
    const ending = thread.end();
    this.#ending.add(ending);
    void ending.finally(() => this.#ending.delete(ending));
  }

  #look(): void {
    const now = performance.now();
    const elapsed = Math.min(now - this.#lookedAt, MAX_ELAPSED_MS);
    this.#lookedAt = now;
    for (const thread of this.#threads) thread.look(elapsed);
  }
}
