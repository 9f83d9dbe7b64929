/** Thrown when a run is due whose class or configuration is not here, or cannot be used: a person must change that first. */
export class NothingToRunError extends Error {
  override readonly name = 'NothingToRunError';
  /** The next run that is due looks again. */
  readonly retryable = false;
}
