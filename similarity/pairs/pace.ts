import { setImmediate as breathe } from 'node:timers/promises';

const STEPS = 256;

/** Lets other work of this thread have its turn now and then during a long computation. */
export class Pace {
  #steps = 0;

  /** To be awaited between one piece of work, of well under a millisecond, and the next. */
  async step(): Promise<void> {
    this.#steps += 1;
    if (this.#steps % STEPS === 0) await breathe();
  }
}
