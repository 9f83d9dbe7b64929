import type { PassedOver, WakeKind } from '../workflows/messages.ts';

/**
 * Answer of a local activity whose user code is still running at the local limit: the workflow calls the activity of
 * the same name as a regular one, which joins the call.
 */
export interface GoOnSlowly {
  readonly slow: true;
}

/** Limits that a job goes by, from the worker's configuration. */
export interface JobLimits {
  /** How many loaders may run in one job. */
  readonly rounds: number;
  /** Attempts per loader, the first included. */
  readonly loaderAttempts: number;
}

export interface JudgeInput {
  readonly identifier: string;
  readonly job: string;
  readonly kind: WakeKind;
  /** Absent in the first judgement of a job, which pins it. */
  readonly rulebook?: string;
  /** Set where the jar had the cookie when the job began: if it is gone since, the job ends with it. */
  readonly known?: boolean;
  /** How often loaders have run in this job: names the step, with the job. */
  readonly round: number;
  readonly passedOver: readonly PassedOver[];
  /** ISO instant for what the judgement leaves behind, where it leaves it for the first time. */
  readonly at: string;
}

export interface JudgeResult {
  /** Nothing to do: the knowledge was settled before, this very job was, or the cookie is gone. */
  readonly idle?: true;
  /**
   * Set where it is idle because this very job was done before: a wake that comes while a workflow closes makes Temporal
   * repeat its last task, and with it jobs that have settled. `failed`: why it failed for good, where it did.
   */
  readonly doneBefore?: { readonly failed?: string };
  readonly rulebook: string;
  /** Whether the jar has the cookie. */
  readonly known: boolean;
  readonly knowledge: string;
  /** See `OpenedCookie.basis`. */
  readonly basis: string;
  readonly matched: readonly string[];
  /** Ids of deliveries that wait to be made. */
  readonly deliveries: readonly string[];
  /** The next loader; absent where a rule stopped the processing or none can enrich. */
  readonly nextLoader?: string;
  readonly limits: JobLimits;
}

export interface EnrichInput {
  readonly identifier: string;
  readonly job: string;
  readonly rulebook: string;
  readonly loader: string;
  readonly round: number;
  readonly basis: string;
  /** ISO instant for an enrichment that brings none. */
  readonly at: string;
}

export interface EnrichResult {
  /** The cookie was deleted meanwhile; what the loader brought was dropped. */
  readonly gone?: true;
  /** Digest of what the loader brought, without its time stamp. */
  readonly brought?: string;
  /** Whether any of it was new to the jar. */
  readonly stored?: boolean;
}

export interface DeliverResult {
  readonly delivery: string;
  /** False: it failed, has not ended within the local limit, or waits for its turn. Also true where a digest tells of it. */
  readonly delivered: boolean;
}

export interface SettleInput {
  readonly identifier: string;
  /** See `OpenedCookie.basis`: a cookie that was deleted since is not marked. Absent from workflows of older versions. */
  readonly basis?: string;
  readonly job: string;
  readonly rulebook: string;
  readonly knowledge: string;
  readonly at: string;
  readonly failed?: string;
}

/** A job that ends although its cookie could not be judged, enriched or settled. */
export interface ParkInput {
  readonly identifier: string;
  readonly job: string;
  readonly reason: string;
  readonly at: string;
  /** Absent where the job came to none. */
  readonly rulebook?: string;
  /** What the cookie knew when it failed; absent where that could not be read. */
  readonly knowledge?: string;
}

/** How often and at which distances a troubled delivery is repeated, from the worker's configuration. */
export interface DeliveryPolicy {
  readonly attempts: number;
  readonly backoffMs: number;
  readonly maximumIntervalMs: number;
}

/**
 * What `processCookie` and `deliverNotification` call. Lists, so that one call can serve many cookies; answers in the
 * order of the list. No metadata passes through: identifiers and outcomes only.
 */
export interface CookieActivities {
  judge(inputs: readonly JudgeInput[]): Promise<readonly JudgeResult[] | GoOnSlowly>;
  /** Fails for good where the loader does. */
  enrich(inputs: readonly EnrichInput[]): Promise<readonly EnrichResult[] | GoOnSlowly>;
  deliver(deliveries: readonly string[]): Promise<readonly DeliverResult[]>;
  settle(inputs: readonly SettleInput[]): Promise<void | GoOnSlowly>;
  park(inputs: readonly ParkInput[]): Promise<void | GoOnSlowly>;
  /** That of a delivery's receiver. */
  deliveryPolicy(delivery?: string): Promise<DeliveryPolicy>;
  /** One attempt at one delivery; fails if the receiver does, for good with the last of the attempts. */
  redeliver(delivery: string): Promise<void>;
  /** Gives a delivery up: a dead letter. */
  bury(delivery: string): Promise<void>;
}
