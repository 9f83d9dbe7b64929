/** Thrown in a run when another run of the same retrieval has taken over, so that this one must change nothing more. */
export class RetrievalTakenOverError extends Error {
  override readonly name = 'RetrievalTakenOverError';

  constructor(retrieval: string) {
    super(`${retrieval}: another run has taken over; allowed: one run at a time`);
  }
}
