import type { RunPeriodicInput } from '../workflows/messages.ts';

/** What `runPeriodicWorker` calls. */
export interface PeriodicActivities {
  /** Runs one periodic worker once; heartbeats carry its progress. Answers a small summary. */
  runPeriodic(input: RunPeriodicInput): Promise<unknown>;
}
