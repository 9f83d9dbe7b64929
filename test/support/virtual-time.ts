import { setImmediate as turn } from 'node:timers/promises';

interface Timer {
  readonly at: number;
  readonly ring: () => void;
}

/** A clock that stands still until it is told to go on. */
export class VirtualTime {
  /** Milliseconds. */
  now = 1000;
  readonly #timers: Timer[] = [];

  /** Waits on this clock. */
  pause = async (ms: number, signal?: AbortSignal): Promise<void> => {
    signal?.throwIfAborted();
    await new Promise<void>((ring, reject) => {
      this.#timers.push({ at: this.now + ms, ring });
      signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    });
  };

  /** Lets so many milliseconds pass, and everything happen that happens meanwhile. */
  async pass(ms: number): Promise<void> {
    const end = this.now + ms;
    await settle();
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.now = Math.max(this.now, next.at);
      this.#timers.splice(this.#timers.indexOf(next), 1);
      next.ring();
      await settle();
    }
    this.now = end;
  }

  #next(upTo: number): Timer | undefined {
    return this.#timers.filter(({ at }) => at <= upTo).toSorted((a, b) => a.at - b.at)[0];
  }
}

/** Everything that needs no time happens. */
async function settle(): Promise<void> {
  for (let turns = 0; turns < 3; turns++) await turn();
}
