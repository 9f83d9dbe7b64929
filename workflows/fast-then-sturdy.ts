import {
  ActivityFailure,
  ApplicationFailure,
  isCancellation,
  proxyActivities,
  proxyLocalActivities,
  type RetryPolicy,
} from '@temporalio/workflow';
import type { CookieActivities, GoOnSlowly } from '../activities/cookie-activities.ts';
import type { DeliveryActivities } from '../activities/delivery-activities.ts';
import { DELIVERY_TASK_QUEUE, STURDY_TASK_QUEUE } from './messages.ts';

/** A local attempt answers within a second, "go on slowly" if need be; what is past this limit has lost its process. */
const LOCAL_LIMIT = '2 seconds';

/** Regular attempts have no bound of their own: user code has its limits, and the jar's outages are waited out. */
const STURDY_LIMIT = '1 day';

/** The worker beats every second or two while a regular activity runs, so a lost worker is noticed this soon. */
const STURDY_HEARTBEAT = '15 seconds';

const RETRY_BACKOFF = { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' } as const;

/** Activities on the sturdy task queue, repeated until they succeed or fail for good. */
export function sturdyActivities() {
  return regularActivities(STURDY_TASK_QUEUE, RETRY_BACKOFF);
}

/** The same on the task queue of troubled deliveries. */
export function deliveryActivities(backoff: RetryPolicy) {
  return regularActivities(DELIVERY_TASK_QUEUE, backoff);
}

function regularActivities(taskQueue: string, retry: RetryPolicy) {
  return proxyActivities<CookieActivities & DeliveryActivities>({
    taskQueue,
    startToCloseTimeout: STURDY_LIMIT,
    heartbeatTimeout: STURDY_HEARTBEAT,
    retry,
  });
}

/** Activities that run within the workflow task, once. */
export const localActivities = proxyLocalActivities<CookieActivities>({
  startToCloseTimeout: LOCAL_LIMIT,
  retry: { maximumAttempts: 1 },
});

/**
 * Runs a call as a local activity, which costs next to nothing, and where that fails or takes long as a regular one,
 * which survives the worker and is repeated. A failure for good of either is thrown.
 */
export async function fastThenSturdy<T>(
  fast: () => Promise<T | GoOnSlowly>,
  sturdily: () => Promise<T | GoOnSlowly>,
): Promise<T> {
  const first = await attemptLocally(fast);
  if (first !== undefined) return first.result;
  const result = await sturdily();
  if (isSlow(result)) throw ApplicationFailure.nonRetryable('a regular activity answered "go on slowly"');
  return result;
}

async function attemptLocally<T>(fast: () => Promise<T | GoOnSlowly>): Promise<{ result: T } | undefined> {
  try {
    const result = await fast();
    return isSlow(result) ? undefined : { result };
  } catch (failure) {
    if (isCancellation(failure) || isFinal(failure)) throw failure;
    return undefined;
  }
}

function isSlow(result: unknown): result is GoOnSlowly {
  return typeof result === 'object' && result !== null && 'slow' in result;
}

function isFinal(failure: unknown): boolean {
  const cause = causeOf(failure);
  return cause instanceof ApplicationFailure && cause.nonRetryable === true;
}

/** What the activity itself threw: local activities reject with it, regular ones wrap it. */
export function causeOf(failure: unknown): unknown {
  return failure instanceof ActivityFailure ? failure.cause : failure;
}
