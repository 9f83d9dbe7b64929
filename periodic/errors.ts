/** Thrown when an `interval` cannot be turned into a schedule. */
export class IntervalError extends Error {
  override readonly name = 'IntervalError';
  /** Where in the text the trouble begins, from 0. */
  readonly position: number;
  readonly reason: string;
  /** The form that can be had and comes nearest. */
  readonly nearest: string;

  constructor(text: string, position: number, reason: string, nearest: string) {
    super(`interval ${showInterval(text)}, at ${position}: ${reason}; nearest is ${JSON.stringify(nearest)}`);
    this.position = position;
    this.reason = reason;
    this.nearest = nearest;
  }
}

/** So many characters of an interval tell which one it is. */
const MAX_SHOWN = 200;

/** An interval's text, as messages show it. */
export function showInterval(text: string): string {
  return JSON.stringify(text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text);
}
