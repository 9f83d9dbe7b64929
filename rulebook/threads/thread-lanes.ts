import { EvaluatorClosedError } from '../errors.ts';
import type { ThreadOptions } from './rule-thread.ts';
import { ThreadPool } from './thread-pool.ts';

/**
 * A pool for each loader or receiver, so that one that hangs or is slow keeps only its own threads, and the work of all
 * others goes on.
 */
export class ThreadLanes {
  readonly #size: number;
  readonly #options: ThreadOptions;
  readonly #pools = new Map<string, ThreadPool>();
  #closed = false;

  /** @param size the most threads of one lane */
  constructor(size: number, options: ThreadOptions) {
    this.#size = size;
    this.#options = options;
  }

  /** The pool of one loader or receiver, by its id. @throws EvaluatorClosedError */
  of(id: string): ThreadPool {
    if (this.#closed) throw new EvaluatorClosedError();
    const known = this.#pools.get(id);
    if (known !== undefined) return known;
    const pool = new ThreadPool(this.#size, this.#options);
    this.#pools.set(id, pool);
    return pool;
  }

  /** Ends all threads; what they were doing is refused. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#pools.values()].map(async (pool) => pool.close()));
  }
}
