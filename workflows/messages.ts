import { defineQuery, defineSignal } from '@temporalio/workflow';

/** The task queue of workflows, local activities and the quick regular ones. */
export const TASK_QUEUE = 'cookie-monster';

/** The task queue of activities that took too long or failed in a workflow task, and of long ones. */
export const STURDY_TASK_QUEUE = 'cookie-monster-sturdy';

/** The task queue of troubled deliveries, so that receivers that hang hold up neither loaders nor retrievals. */
export const DELIVERY_TASK_QUEUE = 'cookie-monster-deliveries';

/** Why a cookie is woken: its knowledge may have changed, or somebody asked for it to be judged again. */
export const WakeKind = { Enriched: 'enriched', Reprocess: 'reprocess' } as const;
export type WakeKind = (typeof WakeKind)[keyof typeof WakeKind];

/** One request to look at a cookie. */
export interface Wake {
  /** Unique; the oldest wake that a job serves gives the job its id. */
  readonly id: string;
  readonly kind: WakeKind;
}

/** Asks a cookie's running workflow to look at the cookie once more. */
export const wakeSignal = defineSignal<[Wake]>('wake');

/** What the workflow of one cookie is doing. */
export interface ProcessCookieState {
  readonly identifier: string;
  /** Id of the job under way; absent between jobs. */
  readonly job?: string;
  /** Content hash of the rulebook the job is pinned to, once it is. */
  readonly rulebook?: string;
  /** Rules matched in this job so far. */
  readonly matched: readonly string[];
  /** How often loaders have run in this job. */
  readonly round: number;
  /** In words: what it does or waits for. */
  readonly doing: string;
  /** Wakes not yet served. */
  readonly waiting: number;
}

/** Answers with {@link ProcessCookieState}. */
export const stateQuery = defineQuery<ProcessCookieState>('state');

/** Type names of the workflows, as they stand in Temporal's UI and in visibility queries. */
export const WorkflowType = {
  ProcessCookie: 'processCookie',
  DeliverNotification: 'deliverNotification',
  TellDigest: 'tellDigest',
  RunPeriodicWorker: 'runPeriodicWorker',
} as const;

/** Argument of `processCookie`. */
export interface ProcessCookieInput {
  readonly identifier: string;
  /** The first wake, or those left over when the workflow continues as new. */
  readonly wakes: readonly Wake[];
  /** The job to go on with, where the workflow continues as new between two rounds. */
  readonly job?: JobProgress;
}

/** How far a job has come; what a next run of the workflow needs to go on with it. */
export interface JobProgress {
  readonly id: string;
  readonly kind: WakeKind;
  readonly rulebook?: string;
  /** Whether the jar had the cookie at the first judgement. */
  readonly known?: boolean;
  readonly matched: readonly string[];
  readonly round: number;
  /** Loaders that failed in this job, or went round in circles, and are not asked again. */
  readonly passedOver: readonly PassedOver[];
  /** What each loader has brought, in the order of their first runs; absent before the first, and in older runs. */
  readonly loaded?: readonly LoaderTrace[];
}

/** A loader that is not asked again in one job. */
export interface PassedOver {
  readonly loader: string;
  readonly message: string;
  /** The round that begins without it; absent in older runs. */
  readonly round?: number;
}

/** What one loader brought in one job. */
export interface LoaderTrace {
  readonly loader: string;
  readonly runs: number;
  /** Digests of what it brought, without time stamps. */
  readonly brought: readonly string[];
  /** It brought the same a second time. */
  readonly repeats?: true;
  /** What the cookie knew when the loader last brought what was there already. */
  readonly idleAt?: string;
}

/** Id of the workflow that repeats one troubled delivery. */
export function deliveryWorkflowId(delivery: string): string {
  return `delivery:${delivery}`;
}

/** Argument of `deliverNotification`: hands one notification to one receiver until it takes it or the attempts are used up. */
export interface DeliverNotificationInput {
  /** Id of the delivery's record in the jar. */
  readonly delivery: string;
  /** Which burial it is revived from first; absent where it waits anyway. */
  readonly burial?: number;
}

/** Argument of `tellDigest`: tells a receiver of all that is gathered for it in one window by a digest. */
export interface TellDigestInput {
  /** The receiver's id. */
  readonly receiver: string;
  /** When the window was opened, in milliseconds: its name. */
  readonly window: string;
}

/** Id of the workflow that ends one window. @param receiver what stands for the receiver in ids */
export function digestWorkflowId(receiver: string, window: string): string {
  return `digest:${receiver}:${window}`;
}

/** Asks a running `tellDigest` to look at its window once more: something came late, or what is configured changed. */
export const stirSignal = defineSignal('stir');

/** Argument of `runPeriodicWorker`, the action of every Schedule. */
export interface RunPeriodicWorkerInput {
  /** Class name, which is also the Schedule's id. */
  readonly worker: string;
  /** Digest of the config file in force when the Schedule was written. */
  readonly digest: string;
}

/** Argument of the activity that `runPeriodicWorker` calls. */
export interface RunPeriodicInput extends RunPeriodicWorkerInput {
  /** ISO instant at which the run was due; absent in runs that began under an earlier version. */
  readonly startedAt?: string;
}

/** Types of the failures that activities raise and workflows tell apart. */
export const FailureType = {
  /** A user's loader or receiver threw, was stopped at its limit or gave something unusable. */
  UserCode: 'UserCodeError',
  /** It is not a delivery's turn. */
  NotYet: 'NotYet',
  /** Something about one cookie that neither waiting nor repeating mends; what it knew is the failure's only detail. */
  CookieStuck: 'CookieStuck',
  /** A job ended for good without settling what it should have. */
  JobFailed: 'JobFailed',
} as const;
