import {
  type NativeConnection,
  Worker,
  type WorkerDeploymentOptions,
  type WorkflowBundleOption,
} from '@temporalio/worker';
import type { CookieActivities } from '../activities/cookie-activities.ts';
import type { PeriodicActivities } from '../activities/periodic-activities.ts';
import { DELIVERY_TASK_QUEUE, STURDY_TASK_QUEUE, TASK_QUEUE } from '../workflows/messages.ts';

/** Cookies whose workflows stay in memory between their tasks. */
const CACHED_WORKFLOWS = 1_000;

/** Local activities mostly wait for the jar's next batch or a thread, so many may wait at once. */
const LOCAL_ACTIVITIES = 200;

/** Regular activities wait for user code that is slow or failing: each costs a promise, not a core. */
const REGULAR_ACTIVITIES = 400;

/** Polls beyond this hold slots that eager starts need. */
const WORKFLOW_POLLS = { minimum: 2, initial: 2, maximum: 10 };

/** Cancellation of a retrieval or a loader is noticed with the next heartbeat that is really sent. */
const HEARTBEAT_THROTTLE = '1 second';

/** What is left after the grace is handed back; embedded servers need the other half of the ten seconds to end. */
const SHUTDOWN_GRACE = '3 seconds';
const SHUTDOWN_FORCE = '5 seconds';

/** Which build of which deployment a worker is, where Temporal is to keep builds apart. */
interface WorkerBuild {
  readonly deploymentName: string;
  readonly buildId: string;
}

/** What the Temporal workers of one process are made of. */
export interface TemporalWorkersOptions {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly workflowBundle: WorkflowBundleOption;
  readonly cookieActivities: CookieActivities;
  readonly periodicActivities: PeriodicActivities;
  /** Workflow tasks at once; eager starts need free ones. */
  readonly slots: number;
  /** With it the server gives tasks to the deployment's current build only. @default any worker gets any task */
  readonly build?: WorkerBuild;
}

/** The Temporal workers of one process. */
export interface TemporalWorkers {
  /** Works until {@link TemporalWorkers.shutdown}; rejects where a worker fails. */
  run(): Promise<void>;
  /** Stops taking work; what runs is finished or handed back. */
  shutdown(): void;
}

/**
 * Three workers: for workflows and what runs within their tasks; for what is slow, failing or long; and for receivers in
 * trouble, so that none waits for another's slots.
 */
export async function createTemporalWorkers(options: TemporalWorkersOptions): Promise<TemporalWorkers> {
  const { connection, namespace } = options;
  const shared = {
    connection,
    namespace,
    shutdownGraceTime: SHUTDOWN_GRACE,
    shutdownForceTime: SHUTDOWN_FORCE,
    ...(options.build && { workerDeploymentOptions: versionedAs(options.build) }),
  };
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
  const regular = {
    ...shared,
    maxConcurrentActivityTaskExecutions: REGULAR_ACTIVITIES,
    maxHeartbeatThrottleInterval: HEARTBEAT_THROTTLE,
    defaultHeartbeatThrottleInterval: HEARTBEAT_THROTTLE,
  };
  const sturdy = await Worker.create({
    ...regular,
    taskQueue: STURDY_TASK_QUEUE,
    activities: { ...options.cookieActivities, ...options.periodicActivities },
  });
  const deliveries = await Worker.create({
    ...regular,
    taskQueue: DELIVERY_TASK_QUEUE,
    activities: { ...options.cookieActivities },
  });
  const all = [cookies, sturdy, deliveries];
  return {
    async run() {
      await Promise.all(all.map((worker) => worker.run()));
    },
    shutdown() {
      for (const worker of all) if (worker.getState() === 'RUNNING') worker.shutdown();
    },
  };
}

/** Running workflows move to the current build with their next task: their code gets along with older histories anyway. */
function versionedAs(version: WorkerBuild): WorkerDeploymentOptions {
  return { version, useWorkerVersioning: true, defaultVersioningBehavior: 'AUTO_UPGRADE' };
}
