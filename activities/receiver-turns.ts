import { setTimeout as sleep } from 'node:timers/promises';

/** Calls of one receiver at once in this process: enough to keep its threads busy, too few to take the others' slots. */
const AT_ONCE = 16;

/** A call waits so long for its turn where it is; past that it gives its slot back. Shorter than a local activity lives. */
const PATIENCE_MS = 700;

const SECOND_MS = 1_000;

/** One that gave its slot back comes again after between a second and ten minutes. */
const SOONEST_MS = 1_000;
const LATEST_MS = 600_000;

/** What the first call of a receiver is taken to last, in milliseconds. */
const FIRST_GUESS_MS = 100;

/** How much the last call weighs in what calls are taken to last. */
const WEIGHT = 0.2;

/** Thrown where it is not a delivery's turn: it gives its slot back and comes again. */
export class NotYetError extends Error {
  override readonly name = 'NotYetError';
  readonly comeAgainMs: number;

  constructor(receiver: string, comeAgainMs: number) {
    super(`receiver '${receiver}' has enough to do; this delivery comes again in ${Math.round(comeAgainMs)} ms`);
    this.comeAgainMs = comeAgainMs;
  }
}

/** How time passes; tests have clocks of their own. */
export interface Clock {
  readonly now: () => number;
  readonly wait: (ms: number) => Promise<void>;
}

const CLOCK: Clock = {
  now: () => performance.now(),
  wait: async (ms) => {
    await sleep(ms);
  },
};

/** Whose turn it is: a bounded number of calls of each receiver at once, and no more a second than are configured. */
export class ReceiverTurns {
  readonly #perSecond: (receiver: string) => number | undefined;
  readonly #clock: Clock;
  readonly #lanes = new Map<string, Lane>();

  /** @param perSecond how many calls of a receiver may begin in a second; any number where undefined */
  constructor(perSecond: (receiver: string) => number | undefined, clock: Clock = CLOCK) {
    this.#perSecond = perSecond;
    this.#clock = clock;
  }

  /** Makes a call when it is its turn. @throws NotYetError where that is not soon, and whatever the call throws */
  async take<T>(receiver: string, call: () => Promise<T>): Promise<T> {
    const lane = this.#laneOf(receiver);
    await lane.enter();
    const begunMs = this.#clock.now();
    try {
      return await call();
    } finally {
      lane.leave(this.#clock.now() - begunMs);
    }
  }

  #laneOf(receiver: string): Lane {
    const known = this.#lanes.get(receiver);
    if (known !== undefined) return known;
    const lane = new Lane(receiver, this.#perSecond(receiver), this.#clock);
    this.#lanes.set(receiver, lane);
    return lane;
  }
}

class Lane {
  readonly #receiver: string;
  /** The least distance between two calls. */
  readonly #distanceMs: number;
  readonly #clock: Clock;
  readonly #waiting = new Set<() => void>();
  #running = 0;
  /** When the next call may begin. */
  #nextMs = 0;
  /** When the one that is sent away next is to come again: behind all who were sent away before. */
  #againMs = 0;
  #lastsMs = FIRST_GUESS_MS;

  constructor(receiver: string, perSecond: number | undefined, clock: Clock) {
    this.#receiver = receiver;
    this.#distanceMs = perSecond === undefined ? 0 : SECOND_MS / perSecond;
    this.#clock = clock;
  }

  async enter(): Promise<void> {
    await this.#takePlace();
    try {
      await this.#keepPace();
    } catch (error) {
      this.#vacate();
      throw error;
    }
  }

  /** @param lastedMs how long the call took */
  leave(lastedMs: number): void {
    this.#lastsMs += WEIGHT * (lastedMs - this.#lastsMs);
    this.#vacate();
  }

  async #takePlace(): Promise<void> {
    if (this.#running < AT_ONCE) {
      this.#running++;
      return;
    }
    let take: (() => void) | undefined;
    const place = new Promise<true>((resolve) => {
      take = () => resolve(true);
      this.#waiting.add(take);
    });
    const isMine = await Promise.race([place, this.#clock.wait(PATIENCE_MS)]);
    if (isMine === true) return;
    // It may have been given its place in this very moment.
    if (take !== undefined && !this.#waiting.delete(take)) return;
    throw this.#sendAway();
  }

  async #keepPace(): Promise<void> {
    if (this.#distanceMs === 0) return;
    const now = this.#clock.now();
    const at = Math.max(now, this.#nextMs);
    if (at - now > PATIENCE_MS) throw this.#sendAway();
    this.#nextMs = at + this.#distanceMs;
    if (at > now) await this.#clock.wait(at - now);
  }

  /** Hands the place on. */
  #vacate(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#running--;
      return;
    }
    this.#waiting.delete(next);
    next();
  }

  #sendAway(): NotYetError {
    const now = this.#clock.now();
    const earliestMs = Math.max(this.#nextMs, now);
    // Nobody is sent away for longer: those who come after them spread over the same time again, not all at its end.
    const isFull = this.#againMs - now >= LATEST_MS;
    const againMs = isFull ? earliestMs : Math.max(this.#againMs, earliestMs);
    this.#againMs = againMs + Math.max(this.#distanceMs, this.#lastsMs / AT_ONCE);
    return new NotYetError(this.#receiver, Math.min(Math.max(againMs - now, SOONEST_MS), LATEST_MS));
  }
}
