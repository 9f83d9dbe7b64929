/** What a thread that runs users' code is at. */
export const Phase = {
  /** Starts, waits for a task, or works between two calls of user code. */
  OWN: 0,
  /** Runs the top level of users' files. */
  LOADING: 1,
  /** Runs one definition or class of theirs. */
  USER: 2,
} as const;
export type Phase = (typeof Phase)[keyof typeof Phase];

/** What another thread sees of a thread's progress. */
export interface ProgressSight {
  /** Changes whenever the thread shows that it is alive. */
  readonly beat: number;
  readonly phase: Phase;
  /** In LOADING the index of the file, in USER that of the definition. */
  readonly index: number;
}

const PHASES: readonly Phase[] = Object.values(Phase);
const BEAT = 0;
const STEP = 1;

/** Shared memory in which a thread notes what it is at, so that being watched costs it no messages. */
export class Progress {
  readonly buffer: SharedArrayBuffer;
  readonly #cells: Int32Array;

  constructor(buffer = new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT)) {
    this.buffer = buffer;
    this.#cells = new Int32Array(buffer);
  }

  /** Notes that another step begins. */
  enter(phase: Phase, index = 0): void {
    Atomics.store(this.#cells, STEP, index * 4 + phase);
    this.beat();
  }

  /** Notes that the step goes on. */
  beat(): void {
    Atomics.add(this.#cells, BEAT, 1);
  }

  /** What the thread is at. */
  sight(): ProgressSight {
    const beat = Atomics.load(this.#cells, BEAT);
    const step = Atomics.load(this.#cells, STEP);
    return { beat, phase: PHASES[step % 4] ?? Phase.OWN, index: Math.floor(step / 4) };
  }
}
