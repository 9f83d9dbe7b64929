import type { CookieJar } from '../cookiejar/cookie-jar.ts';
import type { Errands } from '../cookiejar/errands.ts';
import type { ParkedCookies } from '../cookiejar/parked-cookies.ts';
import type { Ledger } from '../deliveries/ledger.ts';
import type { WorkersReport } from '../periodic/user-workers/worker-reports.ts';
import type { RulebookStore } from '../rulebook/versions/rulebook-store.ts';
import type { WakeCookie } from '../workflows/client/wake.ts';
import type { ScheduleDesk } from './schedules/schedule-desk.ts';

/** What the API asks of the rest of the system. */
export interface ApiDependencies {
  readonly jar: Pick<CookieJar, 'fetch' | 'open' | 'enrich' | 'delete'>;
  /** Starts or signals a cookie's workflow. */
  readonly wake: WakeCookie;
  readonly workflows: WorkflowService;
  readonly deadLetters: DeadLetters;
  /** Announces pushes that take long. */
  readonly errands: Pick<Errands, 'run'>;
  readonly parked: ParkedList;
  readonly reconciler: ReconcilerBook;
  readonly rules: RulesSource;
  readonly retrievals: RetrievalLog;
  readonly schedules: ScheduleDesk;
  readonly triggers: TriggerBook;
  readonly workerReports: WorkerReports;
  readonly similar: SimilarSource;
  /** What must answer before the API is ready, by name; each rejects where it does not. */
  readonly checks: Readonly<Record<string, Check>>;
}

/** Asks one thing that the API stands on whether it answers; gives up when the signal is aborted. */
export type Check = (signal: AbortSignal) => Promise<unknown>;

/** What is known of workflows, and what can be done to them, without their bodies. */
export interface WorkflowService {
  /** How many workflows a visibility query finds. */
  count(query: string): Promise<number>;
  /** Terminates a cookie's workflow. @returns false if none was running */
  stopCookie(identifier: string, reason: string): Promise<boolean>;
  /**
   * Starts the workflow of a delivery afresh, in place of one that may still run.
   * @param burial which burial it revives the delivery from first
   */
  restartDelivery(delivery: string, burial: number): Promise<void>;
  /** Deliveries whose workflows run, the newest first. @throws RequestRefusedError 400 where `after` is no page's `next` */
  runningDeliveries(limit: number, after: string | undefined): Promise<RunningDeliveries>;
}

/** One page of the deliveries whose workflows run. */
export interface RunningDeliveries {
  readonly ids: readonly string[];
  /** Where the next page goes on; absent on the last. */
  readonly next?: string;
}

/** The book of all deliveries, as far as it is looked into. */
export type DeadLetters = Pick<Ledger, 'dead' | 'held' | 'getAll' | 'bury' | 'revive' | 'waitingOf'>;

/** Cookies whose last job failed for good. */
export type ParkedList = Pick<ParkedCookies, 'list'>;

/** What the Reconciler found. */
interface ReconcilerBook {
  report(): Promise<{
    /** ISO instant; null before the first run. */
    readonly lastRun: string | null;
    /** Documents looked at in the last run. */
    readonly checked: number;
    /** Cookies and deliveries that were lost, in the last run and since ever. */
    readonly found: number;
    readonly foundInAll: number;
  }>;
}

/** The rulebook in force and what is wrong with the rules folder, as the jar tells it. */
export type RulesSource = Pick<RulebookStore, 'current' | 'definitions' | 'problems'>;

/** What retrievals did. */
export interface RetrievalLog {
  /** The newest first, at most `limit`. */
  newest(limit: number): Promise<readonly Retrieval[]>;
}

/** One retrieval. Instants are ISO texts. */
interface Retrieval {
  /** Class name of the retriever. */
  readonly worker: string;
  /** What it asked its source for; null for everything. */
  readonly since: string | null;
  readonly started_at: string;
  readonly duration_ms: number;
  /** Updates that the source gave. */
  readonly count: number;
  /** Enrichments that were new. */
  readonly stored: number;
  /** Cookies woken. */
  readonly woken: number;
  /** Time stamp of the newest update. */
  readonly most_recent: string | null;
  /** Why it did not come to its end; null if it did. */
  readonly failure: string | null;
}

/** What the triggers of periodic workers found when they were last asked. */
interface TriggerBook {
  /** By class name of the worker; none where it has no triggers, or has not run. */
  of(worker: string): Promise<readonly TriggerCount[]>;
}

/** What worker processes make of the files of periodic workers. */
interface WorkerReports {
  /** The last of each host and folder. */
  read(): Promise<readonly WorkersReport[]>;
}

/** How near a trigger is to being met. */
interface TriggerCount {
  /** The trigger and what it was asked, e.g. `cookiesAddedSince(1000, media_type, 1 hour)`. */
  readonly trigger: string;
  /** Cookies; seconds where the trigger is about time. */
  readonly have: number;
  /** It is met once it has as many. */
  readonly need: number;
  readonly met: boolean;
  /** ISO instant. */
  readonly at: string;
}

/** What the similarity analysis found. Scores are from 0 to 100. */
export interface SimilarSource {
  /** The most similar first, those whose best score exceeds `threshold`; undefined where the analysis does not know the cookie. */
  similarTo(
    identifier: string,
    options: { readonly threshold: number; readonly limit: number },
  ): Promise<{ readonly similar: readonly SimilarCookie[]; readonly family?: Family } | undefined>;
  /** The largest first, `members` of each at most. */
  families(options: { readonly limit: number; readonly members: number }): Promise<readonly Family[]>;
}

/** A cookie that is similar to the one asked for. */
interface SimilarCookie {
  readonly identifier: string;
  /** Scores by what was compared. */
  readonly measurements: Readonly<Record<string, number>>;
  /** When it was measured: ISO instant. */
  readonly ts: string;
}

/** Cookies that are all much the same. */
export interface Family {
  /** Identifier of the member that names it. */
  readonly name: string;
  readonly size: number;
  /** Some of them, the one that names it first. */
  readonly members: readonly string[];
}
