import type { WakeCookie } from '../workflows/client/wake.ts';
import { WakeKind } from '../workflows/messages.ts';

/** More starts at once make each of them slower and none of them sooner. */
const MAX_IN_FLIGHT = 20;

interface AcceptedWake {
  readonly identifier: string;
  readonly kind: WakeKind;
  readonly done: (failure?: unknown) => void;
}

/**
 * Takes wakes from requests and hands a bounded number at a time to Temporal; knows which cookies wait for theirs, and
 * which got theirs so lately that a count of workflows may not show it yet.
 */
export class WakeDesk {
  readonly #wake: WakeCookie;
  readonly #now: () => number;
  /** Somebody waits for each of these; those in the other line came in bulk. */
  readonly #urgent: AcceptedWake[] = [];
  readonly #others: AcceptedWake[] = [];
  readonly #accepted = new Map<string, number>();
  readonly #started = new Map<string, number>();
  #inFlight = 0;

  constructor(wake: WakeCookie, now: () => number = Date.now) {
    this.#wake = wake;
    this.#now = now;
  }

  /** Wakes a cookie; resolves once Temporal has the wake. */
  async wake(identifier: string, kind: WakeKind): Promise<void> {
    this.#accepted.set(identifier, (this.#accepted.get(identifier) ?? 0) + 1);
    try {
      await new Promise<void>((resolve, reject) => {
        const done = (failure?: unknown) => (failure === undefined ? resolve() : reject(failure));
        const line = kind === WakeKind.Reprocess ? this.#urgent : this.#others;
        line.push({ identifier, kind, done });
        this.#handOut();
      });
      this.#started.delete(identifier);
      this.#started.set(identifier, this.#now());
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

  #handOut(): void {
    while (this.#inFlight < MAX_IN_FLIGHT) {
      const next = this.#urgent.shift() ?? this.#others.shift();
      if (next === undefined) return;
      void this.#handOver(next);
    }
  }

  async #handOver({ identifier, kind, done }: AcceptedWake): Promise<void> {
    this.#inFlight += 1;
    try {
      await this.#wake(identifier, kind);
      done();
    } catch (error) {
      done(error ?? new Error(`waking ${identifier} failed`));
    } finally {
      this.#inFlight -= 1;
      this.#handOut();
    }
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
