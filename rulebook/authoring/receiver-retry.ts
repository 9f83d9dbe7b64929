import type { PropertyRule } from './definition.ts';
import { parseDuration } from './duration.ts';

/** How a receiver's deliveries are tried again, as its author writes it. What is left out is as for all receivers. */
export interface ReceiverRetry {
  /** How often a delivery is tried, the first time included, before it becomes a dead letter. */
  readonly attempts?: number;
  /** Wait before the second attempt, such as `"2 s"`; doubles from one to the next. */
  readonly backoff?: string;
  /** The longest wait between two attempts, such as `"10 min"`. */
  readonly maximumInterval?: string;
}

/** The same in numbers. */
export interface RetrySummary {
  readonly attempts?: number;
  readonly backoffMs?: number;
  readonly maximumIntervalMs?: number;
}

const MAX_ATTEMPTS = 1_000_000;

/** Node's timers fire at once when asked to wait longer. */
const LONGEST_MS = 2 ** 31 - 1;

const DURATION: PropertyRule = {
  optional: true,
  allowed: 'text with a number and a unit (ms, s, min, h, d), such as "5 s", from 1 ms to 24 d',
  test: (value) => {
    const ms = typeof value === 'string' ? parseDuration(value) : undefined;
    return ms !== undefined && ms >= 1 && ms <= LONGEST_MS;
  },
};

/** What `retry` of a receiver must be. */
export const RETRY: PropertyRule = {
  optional: true,
  allowed: 'an object with any of attempts, backoff and maximumInterval',
  test: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  inside: {
    attempts: {
      optional: true,
      allowed: `a whole number from 1 to ${MAX_ATTEMPTS}`,
      test: (value) => Number.isInteger(value) && Number(value) >= 1 && Number(value) <= MAX_ATTEMPTS,
    },
    backoff: DURATION,
    maximumInterval: DURATION,
  },
};

/** A checked `retry` in numbers. */
export function retrySummary({ attempts, backoff, maximumInterval }: ReceiverRetry): RetrySummary {
  const backoffMs = backoff === undefined ? undefined : parseDuration(backoff);
  const maximumIntervalMs = maximumInterval === undefined ? undefined : parseDuration(maximumInterval);
  return {
    ...(attempts === undefined ? {} : { attempts }),
    ...(backoffMs === undefined ? {} : { backoffMs }),
    ...(maximumIntervalMs === undefined ? {} : { maximumIntervalMs }),
  };
}
