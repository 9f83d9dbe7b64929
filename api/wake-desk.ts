import type { WakeCookie, WakeOptions } from '../workflows/client/wake.ts';
import type { WakeKind } from '../workflows/messages.ts';

/** No count that is used was taken longer ago, in milliseconds. */
const COUNTED_MS = 120_000;

/**
 * Hands the wakes that requests ask for to Temporal; knows which cookies wait for theirs, and which got theirs so lately
 * that a count of workflows may not show it yet.
 */
export class WakeDesk {
  readonly #wake: WakeCookie;
  readonly #now: () => number;
  readonly #accepted = new Map<string, number>();
  readonly #started = new Map<string, number>();

  constructor(wake: WakeCookie, now: () => number = Date.now) {
    this.#wake = wake;
    this.#now = now;
  }

  /** Wakes a cookie; resolves once Temporal has the wake. */
  async wake(identifier: string, kind: WakeKind, options?: WakeOptions): Promise<void> {
    this.#accepted.set(identifier, (this.#accepted.get(identifier) ?? 0) + 1);
    try {
      await this.#wake(identifier, kind, options);
      this.#started.delete(identifier);
      this.#started.set(identifier, this.#now());
      this.#forgetStarted(this.#now() - COUNTED_MS);
    } finally {
      this.#forgetAccepted(identifier);
    }
  }

  /**
   * How many cookies are to be processed at least, given that `running` workflows were counted at `countedAt`
   * (milliseconds since the epoch): a wake started after that is not among them.
   */
  queueLength(running: number, countedAt: number): number {
    this.#forgetStarted(countedAt);
    const waiting = [...this.#accepted.keys()].filter((identifier) => !this.#started.has(identifier));
    return Math.max(running, this.#started.size) + waiting.length;
  }

  #forgetAccepted(identifier: string): void {
    const left = (this.#accepted.get(identifier) ?? 1) - 1;
    if (left > 0) this.#accepted.set(identifier, left);
    else this.#accepted.delete(identifier);
  }

  /** The map is in the order of starts, so that the first one still wanted ends the search. */
  #forgetStarted(before: number): void {
    for (const [identifier, at] of this.#started) {
      if (at >= before) return;
      this.#started.delete(identifier);
    }
  }
}
