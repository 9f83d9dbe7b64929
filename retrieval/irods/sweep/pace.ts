import { setTimeout as sleep } from 'node:timers/promises';

const MS_PER_SECOND = 1000;

/** So many a second and no more, evenly: what was not used is not made up for. */
export class Pace {
  readonly #pauseMs: number;
  #next = 0;

  constructor(perSecond: number) {
    this.#pauseMs = MS_PER_SECOND / perSecond;
  }

  /**
   * Resolves when it is one's turn.
   * @throws the signal's reason
   */
  async turn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const now = performance.now();
    const at = Math.max(now, this.#next);
    this.#next = at + this.#pauseMs;
    if (at <= now) return;
    await sleep(at - now, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}
