/** What a thread is at. */
export const Phase = {
  /** Starts, or works on our own behalf. */
  OWN: 0,
  /** Runs the top level of the module. */
  LOADING: 1,
  /** Runs the class. */
  USER: 2,
} as const;
export type Phase = (typeof Phase)[keyof typeof Phase];

const PHASES: readonly Phase[] = Object.values(Phase);
const COUNT = 0;
const PHASE = 1;

/** Shared memory in which a thread shows that it is alive, so that this costs it no messages. */
export class Beats {
  readonly buffer: SharedArrayBuffer;
  readonly #cells: Int32Array;

  constructor(buffer = new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT)) {
    this.buffer = buffer;
    this.#cells = new Int32Array(buffer);
  }

  /** Changes whenever the thread shows that it is alive. */
  get count(): number {
    return Atomics.load(this.#cells, COUNT);
  }

  get phase(): Phase {
    return PHASES[Atomics.load(this.#cells, PHASE)] ?? Phase.OWN;
  }

  beat(): void {
    Atomics.add(this.#cells, COUNT, 1);
  }

  enter(phase: Phase): void {
    Atomics.store(this.#cells, PHASE, phase);
    this.beat();
  }
}
