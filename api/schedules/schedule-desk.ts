/** How a run of a periodic worker stands. */
export const RUN_STATUSES = [
  'running',
  'completed',
  'failed',
  'cancelled',
  'terminated',
  'timed_out',
  'continued_as_new',
  /** Temporal keeps it no longer. */
  'gone',
] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

/** One run of a periodic worker. Instants are ISO texts. */
export interface ScheduleRun {
  /** Where it is found in Temporal's user interface. */
  readonly workflow_id: string;
  readonly run_id: string;
  readonly status: RunStatus;
  /** When it was due, or asked for. */
  readonly due_at: string;
  readonly started_at: string;
  /** Null while it runs. */
  readonly ended_at: string | null;
  /** While it runs: which attempt, from 1; null where none has begun. */
  readonly attempt: number | null;
  /** While it runs: what its last heartbeat said; null where it said nothing. */
  readonly progress: unknown;
  /** What the worker answered when it was done; null where nothing. A long answer is cut, as text. */
  readonly result: unknown;
  /** Why it failed; while it runs, why the last attempt did. */
  readonly failure: string | null;
}

/** The Schedule of one periodic worker, as Temporal has it. */
export interface Schedule {
  /** Class name of the worker. */
  readonly id: string;
  /** IANA name. */
  readonly timezone: string;
  readonly paused: boolean;
  /** Why it is paused, or no longer; null where nobody said. */
  readonly note: string | null;
  /** The next five times, soonest first; none while it is paused. ISO instants. */
  readonly next: readonly string[];
  /** The last five runs, newest first. */
  readonly runs: readonly ScheduleRun[];
}

/** What came of pausing or resuming. */
export interface PauseOutcome {
  readonly paused: boolean;
  /** Whether it was otherwise before. */
  readonly changed: boolean;
  readonly note: string | null;
}

/** What came of a trigger: a run that began, or the one under way that kept it from beginning. */
export interface TriggerOutcome {
  readonly triggered: boolean;
  readonly workflow_id: string;
  /** Runs that begin within one second share their workflow id. */
  readonly run_id: string;
}

/** The Schedules of an installation. Those of other workflows in the namespace are none of its business. */
export interface ScheduleDesk {
  /**
   * All of them, in the order of their names. May be a moment behind.
   * @throws ServiceError when Temporal does not answer
   */
  list(): Promise<readonly Schedule[]>;
  /** Names of all; cheaper than {@link ScheduleDesk.list}. */
  names(): Promise<readonly string[]>;
  /** One, as it is now; undefined where there is none. */
  find(id: string): Promise<Schedule | undefined>;
  /** Keeps it from running until it is resumed. @returns undefined where there is none */
  pause(id: string, note?: string): Promise<PauseOutcome | undefined>;
  /** Lets it run again. @returns undefined where there is none */
  resume(id: string, note?: string): Promise<PauseOutcome | undefined>;
  /**
   * Has it run now, paused or not, unless a run is under way.
   * @returns undefined where there is none
   * @throws UnavailableError where no run began, and none was under way
   */
  trigger(id: string): Promise<TriggerOutcome | undefined>;
}
