import type { ConfigIssue, Failure } from './messages.ts';

/** Thrown when users' code threw, at its top level or in a run. */
export class WorkerFailedError extends Error {
  override readonly name = 'WorkerFailedError';
  // Private, so that logs do not tell everything twice.
  readonly #failure: Failure;

  constructor(worker: string, failure: Failure) {
    super(`${worker}: ${failure.message}`);
    this.#failure = failure;
    if (failure.stack !== undefined) this.stack = `${this.name}: ${this.message}\n${failure.stack}`;
  }

  get failure(): Failure {
    return this.#failure;
  }
}

/** Thrown when a thread was silent for too long and was ended. */
export class WorkerSilentError extends Error {
  override readonly name = 'WorkerSilentError';

  constructor(worker: string, reason: string) {
    super(`${worker}: ${reason}`);
  }
}

/** Thrown when a thread ended before it was through. */
export class ThreadEndedError extends Error {
  override readonly name = 'ThreadEndedError';

  constructor(worker: string, reason: string) {
    super(`${worker}: its thread ended: ${reason}`);
  }
}

/** Thrown when a class's schema refuses its configuration. */
export class WorkerMisconfiguredError extends Error {
  override readonly name = 'WorkerMisconfiguredError';
  readonly issues: readonly ConfigIssue[];

  constructor(worker: string, issues: readonly ConfigIssue[]) {
    super(`${worker}: its configuration is refused: ${issues.map(({ message }) => message).join('; ')}`);
    this.issues = issues;
  }
}
