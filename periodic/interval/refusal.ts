/** A part of an interval text: one condition between operators. */
export interface Part {
  readonly text: string;
  /** Where it begins in the whole text, from 0. */
  readonly position: number;
}

/** Thrown inside the grammar for a form that is not to be had; becomes an `IntervalError` for the whole text. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  /** Where in the whole text the trouble begins, from 0. */
  readonly position: number;
  readonly reason: string;
  /** What could stand in the place of `part`, or, without one, of the whole text; the nearest first. */
  readonly instead: readonly string[];
  readonly part: Part | undefined;

  constructor(position: number, reason: string, instead: readonly string[], part?: Part) {
    super(`at ${position}: ${reason}`);
    this.position = position;
    this.reason = reason;
    this.instead = instead;
    this.part = part;
  }
}

/** Does `read`; the alternatives of its refusal are put into their context. */
export function rephrase<T>(read: () => T, inContext: (instead: string) => string): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new Refusal(error.position, error.reason, error.instead.map(inContext), error.part);
  }
}
