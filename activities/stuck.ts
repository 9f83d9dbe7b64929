import { isGrpcServiceError } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { Context } from '@temporalio/activity';
import {
  AccessDeniedError,
  CorruptDocumentError,
  InvalidEnrichmentError,
  InvalidIdentifierError,
  JarClosedError,
  StoreRefusedError,
  StoreUnavailableError,
} from '../cookiejar/errors.ts';
import { CorruptDeliveryError } from '../deliveries/errors.ts';
import { EvaluatorClosedError, NoRulebookError, UserCodeError } from '../rulebook/errors.ts';
import { FailureType } from '../workflows/messages.ts';

/** What the store says of a document that it will never take, however often it is sent. */
const HOPELESS_STATUS: ReadonlySet<number> = new Set([400, 413, 414, 415, 422]);

/** Documents that are not what they should be, and identifiers that nothing can be stored under. */
const HOPELESS = [CorruptDocumentError, CorruptDeliveryError, InvalidIdentifierError];

/** Waiting may mend these: an outage, a wrong password, a worker that ends, a rules folder that is not there yet. */
const PASSING = [AccessDeniedError, StoreUnavailableError, JarClosedError, EvaluatorClosedError, NoRulebookError];

/** Failures of other kinds are repeated for about a quarter of an hour before they are taken for lasting ones. */
const MAX_UNEXPLAINED = 20;

/** Activities whose failures are counted; beyond that, the one that has not failed for longest is forgotten. */
const MAX_COUNTED = 100_000;

/** Failures of each activity in this process that nothing explains. Attempts would count outages, too. */
const unexplained = new Map<string, number>();

/** So deep below an error the outage is looked for that it stems from. */
const MAX_CAUSES = 5;

/**
 * Does something for one cookie. What can never succeed fails for good, so that its job ends and the cookie is parked:
 * at once where the error says so, after many attempts where it says nothing. Outages stay failures to be repeated.
 * @param knowledge what the cookie knows, where it could be read
 * @throws ApplicationFailure of type `CookieStuck`; else what `work` throws
 */
export async function endingWhatIsStuck<T>(work: () => Promise<T>, knowledge?: string): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error) || !isStuck(error)) throw error;
    throw ApplicationFailure.create({
      message: error.message,
      type: FailureType.CookieStuck,
      nonRetryable: true,
      details: knowledge === undefined ? [] : [knowledge],
      cause: error,
    });
  }
}

/** Whether an error says that something can never be stored. */
export function isUnstorable(error: unknown): error is Error {
  return error instanceof InvalidEnrichmentError || isRefusedForGood(error);
}

function isStuck(error: Error): boolean {
  // User code's failures, and what was decided already.
  if (error instanceof UserCodeError || error instanceof ApplicationFailure) return false;
  if (HOPELESS.some((kind) => error instanceof kind) || isRefusedForGood(error)) return true;
  return !mayPass(error) && countUnexplained() >= MAX_UNEXPLAINED;
}

function isRefusedForGood(error: unknown): boolean {
  return error instanceof StoreRefusedError && HOPELESS_STATUS.has(error.status);
}

function mayPass(error: Error): boolean {
  let cause: unknown = error;
  for (let depth = 0; depth < MAX_CAUSES && cause instanceof Error; depth++) {
    const { name } = cause;
    if (PASSING.some((kind) => cause instanceof kind) || cause instanceof CancelledFailure) return true;
    // Any other refusal is about the database or its server: somebody can mend it.
    if (cause instanceof StoreRefusedError || name === 'AbortError' || isOfTheMachine(cause)) return true;
    if (isGrpcServiceError(cause)) return true;
    ({ cause } = cause);
  }
  return false;
}

/** A full disk, too many open files, a host that is not reached. */
function isOfTheMachine(error: Error): boolean {
  return 'code' in error && typeof error.code === 'string' && /^E(?!RR_)[A-Z0-9]+$/.test(error.code);
}

/** @returns how often the activity has failed so; a local one is left to the regular one of the same name */
function countUnexplained(): number {
  const { isLocal, workflowExecution, activityId } = Context.current().info;
  if (isLocal) return 1;
  const key = `${workflowExecution?.runId}/${activityId}`;
  const count = (unexplained.get(key) ?? 0) + 1;
  // Anew, so that it is the last in order.
  unexplained.delete(key);
  unexplained.set(key, count);
  const [oldest] = unexplained.keys();
  if (unexplained.size > MAX_COUNTED && oldest !== undefined) unexplained.delete(oldest);
  return count;
}
