/** Thrown when an `interval` cannot be turned into a schedule. */
export class IntervalError extends Error {
  override readonly name = 'IntervalError';
  /** Where in the text the trouble begins, from 0. */
  readonly position: number;
  readonly reason: string;
  /** The form that can be had and comes nearest. */
  readonly nearest: string;

  constructor(text: string, position: number, reason: string, nearest: string) {
    super(`interval ${JSON.stringify(text)}, at ${position}: ${reason}; nearest is ${JSON.stringify(nearest)}`);
    this.position = position;
    this.reason = reason;
    this.nearest = nearest;
  }
}
