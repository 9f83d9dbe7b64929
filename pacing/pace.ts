import { setTimeout as sleep } from 'node:timers/promises';

/** How fast, and how time passes. */
export interface PaceOptions {
  /** So many turns a second in the long run; fractions are fine. */
  readonly perSecond: number;
  /** How many turns may be taken at once after a rest. @default 1, that is evenly */
  readonly burst?: number;
  /** Where the state lies: given to other threads, they keep this pace together. See {@link paceMemory}. */
  readonly memory?: SharedArrayBuffer;
  /** Nanoseconds on a clock that all threads share. @default process.hrtime.bigint */
  readonly now?: () => bigint;
  /** Waits so many milliseconds; rejects when the signal is aborted. */
  readonly wait?: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
}

const NS_PER_SECOND = 1e9;
const NS_PER_MS = 1_000_000n;

/** The state of a pace: when the turn after all that were given out is due, in nanoseconds. */
export function paceMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT);
}

/**
 * So many a second and no more: a bucket of tokens that fills evenly and holds `burst` of them. Turns are given in the
 * order in which they are asked for.
 */
export class Pace {
  readonly #interval: bigint;
  /** How far ahead of its time a turn may be taken. */
  readonly #tolerance: bigint;
  readonly #due: BigInt64Array;
  readonly #now: () => bigint;
  readonly #wait: (ms: number, signal: AbortSignal | undefined) => Promise<void>;

  constructor({ perSecond, burst = 1, memory = paceMemory(), now = monotonic, wait = pause }: PaceOptions) {
    this.#interval = BigInt(Math.max(1, Math.round(NS_PER_SECOND / perSecond)));
    this.#tolerance = this.#interval * BigInt(Math.max(0, Math.ceil(burst) - 1));
    this.#due = new BigInt64Array(memory);
    this.#now = now;
    this.#wait = wait;
  }

  /**
   * Resolves when it is one's turn. What is called off while it waits leaves its turn unused.
   * @throws the signal's reason
   */
  async turn(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const at = this.#reserve() - this.#tolerance;
    // A timer may end a little early.
    for (let left = at - this.#now(); left > 0n; left = at - this.#now()) {
      await this.#wait(Math.ceil(Number(left) / Number(NS_PER_MS)), signal);
    }
  }

  /** Other threads may take a turn in between: then this one comes after theirs. */
  #reserve(): bigint {
    for (;;) {
      const due = Atomics.load(this.#due, 0);
      const now = this.#now();
      const at = due > now ? due : now;
      if (Atomics.compareExchange(this.#due, 0, due, at + this.#interval) === due) return at;
    }
  }
}

function monotonic(): bigint {
  return process.hrtime.bigint();
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await sleep(ms, undefined, signal === undefined ? {} : { signal }).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw error;
  });
}
