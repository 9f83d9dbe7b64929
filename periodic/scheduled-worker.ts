/** What happens to a run that is due while the one before still runs; Temporal's policies in the words of the config files. */
export type ScheduledOverlap = 'skip' | 'buffer_one' | 'buffer_all' | 'cancel_other' | 'terminate_other' | 'allow_all';

/** What a periodic worker's configuration says about when it runs. */
export interface ScheduledWorker {
  /** Class name, which becomes the Schedule's id. */
  readonly worker: string;
  /** Its config file, for messages. */
  readonly file: string;
  /** Digest of the whole configuration. */
  readonly digest: string;
  readonly interval: string;
  /** @default UTC */
  readonly timezone?: string;
  readonly jitterMs?: number;
  readonly paused: boolean;
  readonly overlap: ScheduledOverlap;
  /** @default the window that the interval names; for `every …` one interval, at most an hour */
  readonly catchupWindowMs?: number;
}

/** Digests of the configurations that one process has put in force, by class name. Plain JSON. */
export type SchedulesInForce = Readonly<Record<string, string>>;

/** A configuration that no Schedule could be made of. */
export interface ScheduleProblem {
  readonly worker: string;
  readonly file: string;
  readonly path: string;
  readonly found: string;
  readonly allowed: string;
}
