import { AsyncLocalStorage } from 'node:async_hooks';
import type { Entry } from './book.ts';
import { Phase, type Progress } from '../../bundling/thread-progress.ts';

/** One call of user code. */
interface Step {
  readonly entry: Entry;
  readonly task: TaskScope;
  /** Ends a call that still waits. */
  fail?: (fault: unknown) => void;
}

/** What belongs to one task: user code that outlives it must not reach into the next one. */
export class TaskScope {
  readonly #abort = new AbortController();
  readonly mayBeat: boolean;
  readonly careful: boolean;

  /**
   * @param mayBeat whether user code may lengthen its time limit by a heartbeat
   * @param careful whether a call of user code lasts until what it left behind has had its turn
   */
  constructor(mayBeat: boolean, careful: boolean) {
    this.mayBeat = mayBeat;
    this.careful = careful;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  abort(): void {
    this.#abort.abort();
  }
}

/** Calls user code such that it is always known whose code runs, also in what it does later. */
export class UserCodeRunner {
  readonly #progress: Progress;
  readonly #calls = new AsyncLocalStorage<Step>();
  #current: Step | undefined;

  constructor(progress: Progress) {
    this.#progress = progress;
  }

  /** Calls user code of one definition. @throws whatever it throws, also from a timer while the call still waits */
  async run<T>(task: TaskScope, entry: Entry, call: () => T | Promise<T>): Promise<T> {
    const step: Step = { entry, task };
    this.#current = step;
    this.#progress.enter(Phase.USER, entry.index);
    try {
      return await new Promise<T>((resolve, reject) => {
        step.fail = reject;
        // Not resolve(promise): what fails later could not reject any more.
        this.#calls.run(step, async () => call()).then(resolve, reject);
      });
    } finally {
      this.#current = undefined;
      this.#progress.enter(Phase.OWN);
    }
  }

  /** Whose code is running at this moment, also when called back later by a timer or promise of its. */
  get caller(): Entry | undefined {
    return this.#calls.getStore()?.entry;
  }

  /** The task that the running code belongs to. */
  get task(): TaskScope | undefined {
    return this.#calls.getStore()?.task;
  }

  /** Lengthens the time limit of the call under way, if the running code belongs to it. */
  beat(): void {
    const step = this.#calls.getStore();
    if (step?.task.mayBeat && step === this.#current) this.#progress.beat();
  }

  /**
   * Gives an error that nobody caught to the call it belongs to.
   * @returns false if that call is over
   */
  failCaller(fault: unknown): boolean {
    const step = this.#calls.getStore();
    if (step === undefined || step !== this.#current) return false;
    step.fail?.(fault);
    return true;
  }
}
