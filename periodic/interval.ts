import { IntervalError, showInterval } from './errors.ts';
import { compile, type CompiledInterval } from './interval/compile.ts';
import { nearestTo } from './interval/nearest.ts';
import { Refusal } from './interval/refusal.ts';

export type { CompiledInterval } from './interval/compile.ts';

/** Something wrong with a configured interval, in the words of configuration problems. */
export interface IntervalProblem {
  readonly path: 'interval';
  readonly found: string;
  readonly allowed: string;
}

/**
 * Turns an interval, written in Rocketry's condition syntax, into what a Temporal Schedule understands. Case matters,
 * as it does there.
 * @param timezone IANA name
 * @param now what `runsAtOnce` is about
 * @throws IntervalError for what no Schedule can do, and for what Rocketry misreads
 * @throws TypeError if there is no such time zone
 */
export function compileInterval(text: string, timezone = 'UTC', now = new Date()): CompiledInterval {
  try {
    return compile(text, timezone, now);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const position = Math.min(error.position, text.length);
    throw new IntervalError(text, position, error.reason, nearestTo(text, error, now));
  }
}

/** {@link compileInterval}'s refusal as a configuration problem; none if it accepts. */
export function intervalProblems(text: string, timezone?: string): IntervalProblem[] {
  try {
    compileInterval(text, timezone);
    return [];
  } catch (error) {
    if (!(error instanceof IntervalError)) throw error;
    const { position, reason, nearest } = error;
    return [
      { path: 'interval', found: `${showInterval(text)} (at ${position}: ${reason})`, allowed: `e.g. "${nearest}"` },
    ];
  }
}
