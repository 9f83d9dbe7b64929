import { type Patience, inTime } from './waiting.ts';

/** So many at once and no more; first come, first served. */
export class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  /** Does the work when there is a slot; what is called off while it waits never begins. */
  async use<T>(patience: Patience, work: () => Promise<T>): Promise<T> {
    await this.#take(patience);
    try {
      return await work();
    } finally {
      this.#give();
    }
  }

  async #take(patience: Patience): Promise<void> {
    if (this.#free > 0) {
      this.#free -= 1;
      return;
    }
    const turn = new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
    });
    const come = this.#waiting.at(-1);
    try {
      await inTime(turn, patience);
    } catch (error) {
      this.#leave(come);
      throw error;
    }
  }

  /** One whose turn came in the very moment passes it on. */
  #leave(come: (() => void) | undefined): void {
    const place = this.#waiting.findIndex((waiting) => waiting === come);
    if (place >= 0) this.#waiting.splice(place, 1);
    else this.#give();
  }

  #give(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}
