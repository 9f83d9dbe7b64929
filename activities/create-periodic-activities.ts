import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { z } from 'zod';
import type { JsonValue } from '../cookiejar/json.ts';
import type { PeriodicActivities } from './periodic-activities.ts';

/** What one run of a periodic worker hears of the activity that runs it. */
export interface PeriodicRun {
  /** Aborted on cancellation, time-out and shutdown. */
  readonly signal: AbortSignal;
  /** What the attempt before this one said last. */
  readonly lastProgress?: JsonValue;
  /** Says that the run is alive, and how far it has come. */
  readonly heartbeat: (progress: JsonValue | undefined) => void;
}

/** Runs a periodic worker by its class name. @returns undefined if this process knows no such worker */
export type RunPeriodicWorker = (worker: string, run: PeriodicRun) => Promise<JsonValue | void> | undefined;

/** The activity behind every Schedule. */
export function createPeriodicActivities(runWorker: RunPeriodicWorker): PeriodicActivities {
  return {
    async runPeriodic({ worker }) {
      const context = Context.current();
      const lastProgress = z.json().optional().catch(undefined).parse(context.info.heartbeatDetails);
      const run = runWorker(worker, {
        signal: context.cancellationSignal,
        ...(lastProgress === undefined ? {} : { lastProgress }),
        heartbeat: (progress) => {
          context.heartbeat(progress);
        },
      });
      if (run === undefined) throw unknownWorker(worker);
      return run;
    },
  };
}

/** Retryable: its class or its config file may be back in a moment, or be known to another worker process. */
function unknownWorker(worker: string): ApplicationFailure {
  return ApplicationFailure.create({ message: `there is no periodic worker ${worker} with a config file here` });
}
