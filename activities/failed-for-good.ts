import { ApplicationFailure } from '@temporalio/common';
import { FailureType } from '../workflows/messages.ts';

/** A failure of user code that Temporal does not repeat. */
export function failedForGood(message: string, cause?: unknown): ApplicationFailure {
  return ApplicationFailure.create({
    message,
    type: FailureType.UserCode,
    nonRetryable: true,
    ...(cause instanceof Error ? { cause } : {}),
  });
}
