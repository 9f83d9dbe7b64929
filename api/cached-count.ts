/** A count and when it was asked for, in milliseconds since the epoch. */
export interface TakenCount {
  readonly count: number;
  readonly takenAt: number;
}

/** How a {@link CachedCount} behaves. */
export interface CachedCountOptions {
  /** How long one count is good for, in milliseconds. @default 500 */
  readonly freshMs?: number;
  /** How long the last count stands in where no new one can be had, in milliseconds. @default 60000 */
  readonly staleMs?: number;
  /** How long a new count is waited for where there is a last one, in milliseconds. @default 250 */
  readonly waitMs?: number;
  readonly now?: () => number;
}

/** A count that is costly to take: taken once for all who ask at a time, and kept for a moment. */
export class CachedCount {
  readonly #take: () => Promise<number>;
  readonly #freshMs: number;
  readonly #staleMs: number;
  readonly #waitMs: number;
  readonly #now: () => number;
  #last: TakenCount | undefined;
  #underway: Promise<TakenCount> | undefined;

  constructor(take: () => Promise<number>, options: CachedCountOptions = {}) {
    const { freshMs = 500, staleMs = 60_000, waitMs = 250, now = Date.now } = options;
    this.#take = take;
    this.#freshMs = freshMs;
    this.#staleMs = staleMs;
    this.#waitMs = waitMs;
    this.#now = now;
  }

  /** The count, at most a moment old; where none can be had (too many requests, say) the last one. */
  async read(): Promise<TakenCount> {
    const last = this.#last;
    if (last !== undefined && this.#age(last) < this.#freshMs) return last;
    this.#underway ??= this.#takeAnew().finally(() => {
      this.#underway = undefined;
    });
    if (last === undefined || this.#age(last) >= this.#staleMs) return this.#underway;
    return insteadOfWaiting(this.#underway, last, this.#waitMs);
  }

  async #takeAnew(): Promise<TakenCount> {
    const takenAt = this.#now();
    try {
      this.#last = { count: await this.#take(), takenAt };
      return this.#last;
    } catch (error) {
      if (this.#last !== undefined && this.#age(this.#last) < this.#staleMs) return this.#last;
      throw error;
    }
  }

  #age({ takenAt }: TakenCount): number {
    return this.#now() - takenAt;
  }
}

/** A server that is asked too much makes its clients wait before it refuses them. */
async function insteadOfWaiting<T>(awaited: Promise<T>, instead: T, waitMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const waited = new Promise<T>((resolve) => {
    timer = setTimeout(resolve, waitMs, instead);
  });
  try {
    return await Promise.race([awaited, waited]);
  } finally {
    clearTimeout(timer);
  }
}
