import { ApplicationFailure } from '@temporalio/workflow';
import { causeOf } from './fast-then-sturdy.ts';
import { FailureType } from './messages.ts';

/** What an activity could never do for a cookie. */
interface Stuck {
  readonly reason: string;
  /** What the cookie knew then, where that could be read. */
  readonly knowledge?: string;
}

/** What a failure says a cookie is stuck at; undefined where it is another failure. */
export function stuckIn(failure: unknown): Stuck | undefined {
  const cause = causeOf(failure);
  if (!(cause instanceof ApplicationFailure) || cause.type !== FailureType.CookieStuck) return undefined;
  const knowledge: unknown = cause.details?.[0];
  return { reason: cause.message, ...(typeof knowledge === 'string' ? { knowledge } : {}) };
}
