import { setImmediate as breathe } from 'node:timers/promises';

const STEPS = 256;

/** Lets other work of this thread have its turn now and then during a long computation. */
export class Pace {
  readonly #stride: number;
  #steps = 0;

  /** @param stride - how many pieces of work are done in one go */
  constructor(stride = STEPS) {
    this.#stride = stride;
  }

  /** To be awaited between one piece of work, of well under a millisecond, and the next. */
  async step(): Promise<void> {
    this.#steps += 1;
    if (this.#steps % this.#stride === 0) await breathe();
  }
}
