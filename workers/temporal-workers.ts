import { type NativeConnection, Worker, type WorkflowBundleOption } from '@temporalio/worker';
import type { CookieActivities } from '../activities/cookie-activities.ts';
import type { PeriodicActivities } from '../activities/periodic-activities.ts';
import { STURDY_TASK_QUEUE, TASK_QUEUE } from '../workflows/messages.ts';

/** Cookies whose workflows stay in memory between their tasks. */
const CACHED_WORKFLOWS = 1_000;

/** Local activities mostly wait for the jar's next batch or a thread, so many may wait at once. */
const LOCAL_ACTIVITIES = 200;

/** Regular activities wait for user code that is slow or failing: each costs a promise, not a core. */
const STURDY_ACTIVITIES = 400;

/** Polls beyond this hold slots that eager starts need. */
const WORKFLOW_POLLS = { minimum: 2, initial: 2, maximum: 10 };

/** Cancellation of a retrieval or a loader is noticed with the next heartbeat that is really sent. */
const HEARTBEAT_THROTTLE = '1 second';

/** What is left after the grace is handed back; embedded servers need the other half of the ten seconds to end. */
const SHUTDOWN_GRACE = '3 seconds';
const SHUTDOWN_FORCE = '5 seconds';

/** What the Temporal workers of one process are made of. */
export interface TemporalWorkersOptions {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly workflowBundle: WorkflowBundleOption;
  readonly cookieActivities: CookieActivities;
  readonly periodicActivities: PeriodicActivities;
  /** Workflow tasks at once; eager starts need free ones. */
  readonly slots: number;
}

/** The Temporal workers of one process. */
export interface TemporalWorkers {
  /** Works until {@link TemporalWorkers.shutdown}; rejects where a worker fails. */
  run(): Promise<void>;
  /** Stops taking work; what runs is finished or handed back. */
  shutdown(): void;
}

/**
 * Two workers: one for workflows and what runs within their tasks, one for what is slow, failing or long, so that
 * neither waits for the other's slots.
 */
export async function createTemporalWorkers(options: TemporalWorkersOptions): Promise<TemporalWorkers> {
  const { connection, namespace } = options;
  const shared = { connection, namespace, shutdownGraceTime: SHUTDOWN_GRACE, shutdownForceTime: SHUTDOWN_FORCE };
  const cookies = await Worker.create({
    ...shared,
    taskQueue: TASK_QUEUE,
    workflowBundle: options.workflowBundle,
    activities: { ...options.cookieActivities },
    enableNonLocalActivities: false,
    reuseV8Context: true,
    maxCachedWorkflows: CACHED_WORKFLOWS,
    maxConcurrentWorkflowTaskExecutions: options.slots,
    maxConcurrentLocalActivityExecutions: LOCAL_ACTIVITIES,
    workflowTaskPollerBehavior: { type: 'autoscaling', ...WORKFLOW_POLLS },
  });
  const sturdy = await Worker.create({
    ...shared,
    taskQueue: STURDY_TASK_QUEUE,
    activities: { ...options.cookieActivities, ...options.periodicActivities },
    maxConcurrentActivityTaskExecutions: STURDY_ACTIVITIES,
    maxHeartbeatThrottleInterval: HEARTBEAT_THROTTLE,
    defaultHeartbeatThrottleInterval: HEARTBEAT_THROTTLE,
  });
  const both = [cookies, sturdy];
  return {
    async run() {
      await Promise.all(both.map((worker) => worker.run()));
    },
    shutdown() {
      for (const worker of both) if (worker.getState() === 'RUNNING') worker.shutdown();
    },
  };
}
