/** What is wrong in one of the users' files. */
export interface SourceProblem {
  /** Relative to the folder; absent where no single file is to blame. */
  readonly file?: string;
  /** Counted from 1. */
  readonly line?: number;
  /** Counted from 1. */
  readonly column?: number;
  readonly reason: string;
}
