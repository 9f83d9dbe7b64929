/** Thrown in a run of the analysis that finds out that a later one has begun: that one does its work too. */
export class OvertakenError extends Error {
  override readonly name = 'OvertakenError';
  /** Number of the turn that was overtaken. */
  readonly turn: number;

  constructor(turn: number) {
    super(`turn ${turn} of the similarity analysis was overtaken by a later one, which does its work too`);
    this.turn = turn;
  }
}
