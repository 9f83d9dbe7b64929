/** How far an update is; the searches wanted can become more on the way. */
export interface UpdateProgress {
  readonly done: number;
  readonly wanted: number;
}

/** How an update goes on. */
export interface UpdateOptions {
  /** Ends the update: it rejects with the reason. */
  readonly signal?: AbortSignal;
  /** Called after each search. */
  readonly progress?: (progress: UpdateProgress) => void;
  /** Called every now and then in long stretches without searches, in which nothing else has its turn; may throw to end the update. */
  readonly alive?: () => void;
}

/** Counts the searches of an update. */
export class UpdateMeter {
  readonly #options: UpdateOptions;
  #done = 0;
  #wanted = 0;
  /** For stretches without searches. @throws the signal's reason */
  readonly alive = (): void => {
    this.#options.signal?.throwIfAborted();
    this.#options.alive?.();
  };

  constructor(options: UpdateOptions) {
    this.#options = options;
  }

  /** Says that more searches follow. */
  want(searches: number): void {
    this.#wanted += searches;
  }

  /** Says that one is done. @throws the signal's reason */
  step(): void {
    this.#options.signal?.throwIfAborted();
    this.#done += 1;
    this.#options.progress?.({ done: this.#done, wanted: this.#wanted });
  }
}
