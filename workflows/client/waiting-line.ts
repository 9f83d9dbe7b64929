import { setMaxListeners } from 'node:events';

interface Waiting {
  readonly admit: () => void;
}

/** Those who wait to be admitted, in the order in which they came. */
export class WaitingLine {
  readonly #waiting = new Set<Waiting>();

  get length(): number {
    return this.#waiting.size;
  }

  /**
   * Resolves when admitted.
   * @throws the signal's reason; then the place is free at once
   */
  async join(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    // As many wait with it as wait at once.
    if (signal !== undefined) setMaxListeners(0, signal);
    await new Promise<void>((resolve, reject) => {
      const leave = (): void => {
        this.#waiting.delete(waiting);
        reject(signal?.reason);
      };
      const waiting: Waiting = {
        admit: () => {
          signal?.removeEventListener('abort', leave);
          resolve();
        },
      };
      this.#waiting.add(waiting);
      signal?.addEventListener('abort', leave, { once: true });
    });
  }

  /** @returns false where nobody waits */
  admitNext(): boolean {
    for (const waiting of this.#waiting) {
      this.#waiting.delete(waiting);
      waiting.admit();
      return true;
    }
    return false;
  }
}
