interface Waiting {
  readonly begin: () => void;
}

/** Lets so many calls run at once and no more; where they wait, those in bulk come after all others. */
export class StartLine {
  readonly #limit: number;
  readonly #single: Waiting[] = [];
  readonly #bulk: Waiting[] = [];
  #running = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Calls when there is a place; of each sort, first come first served. */
  async run<T>(inBulk: boolean, call: () => Promise<T>): Promise<T> {
    if (this.#running < this.#limit) this.#running += 1;
    else {
      await new Promise<void>((begin) => {
        (inBulk ? this.#bulk : this.#single).push({ begin });
      });
    }
    try {
      return await call();
    } finally {
      this.#handOn();
    }
  }

  /** The place is handed on, so that a newcomer cannot take it in between. */
  #handOn(): void {
    const next = this.#single.shift() ?? this.#bulk.shift();
    if (next === undefined) this.#running -= 1;
    else next.begin();
  }
}
