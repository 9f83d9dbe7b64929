/**
 * One kind of thing that somebody should be at until it is done: cookies, deliveries. What is at it runs elsewhere, and
 * may have been lost.
 */
export interface Watch {
  /** What the ids of its documents start with; the rest is its name. */
  readonly prefix: string;
  /** Whether somebody may announce that it is still to be taken up: see `Errands`. */
  readonly isAnnounced: boolean;
  /**
   * Which of some are not done, each with a text that changes when the thing gets on. Reads one document each.
   */
  unfinished(names: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Those that nothing is at now. Of what was at them before this was called, everything must be in the jar by then. */
  unattended(names: readonly string[]): Promise<readonly string[]>;
  /** Has it taken up; resolves when that is certain to happen. */
  takeUp(name: string): Promise<void>;
}
