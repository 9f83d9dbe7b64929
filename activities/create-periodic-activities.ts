import { ApplicationFailure, Context } from '@temporalio/activity';
import { z } from 'zod';
import type { JsonValue } from '../cookiejar/json.ts';
import type { PeriodicActivities } from './periodic-activities.ts';

/** What one run of a periodic worker hears of the activity that runs it. */
export interface PeriodicRun {
  /** Aborted on cancellation, time-out and shutdown. */
  readonly signal: AbortSignal;
  /** When the run was due; the same for every attempt. */
  readonly startedAt: Date;
  /** Counted from 1. */
  readonly attempt: number;
  /** What the attempt before this one said last. */
  readonly lastProgress?: JsonValue;
  /** Says that the run is alive, and how far it has come. */
  readonly heartbeat: (progress: JsonValue | undefined) => void;
}

/** Runs a periodic worker by its class name. */
export type RunPeriodicWorker = (worker: string, run: PeriodicRun) => Promise<JsonValue | void>;

/** The activity behind every Schedule. */
export function createPeriodicActivities(runWorker: RunPeriodicWorker): PeriodicActivities {
  return {
    async runPeriodic({ worker, startedAt }) {
      const context = Context.current();
      const { heartbeatDetails, attempt, scheduledTimestampMs } = context.info;
      const lastProgress = z.json().optional().catch(undefined).parse(heartbeatDetails);
      const running = runWorker(worker, {
        signal: context.cancellationSignal,
        startedAt: new Date(startedAt ?? scheduledTimestampMs),
        attempt,
        ...(lastProgress === undefined ? {} : { lastProgress }),
        heartbeat: (progress) => {
          context.heartbeat(progress);
        },
      });
      return running.catch(failForGood);
    },
  };
}

/** What only a person can mend is not worth the other attempts: the next run that is due looks again. */
function failForGood(error: unknown): never {
  if (!(error instanceof Error && 'retryable' in error && error.retryable === false)) throw error;
  throw ApplicationFailure.create({ message: error.message, type: error.name, nonRetryable: true, cause: error });
}
