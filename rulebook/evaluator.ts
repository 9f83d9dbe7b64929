import type { Cookie } from '../cookiejar/cookie.ts';
import type { Enrichment } from '../cookiejar/enrichment.ts';
import type { Notification } from '../deliveries/notification.ts';

/** One judgement to make: all rules against one cookie, then which loader comes next. */
export interface JudgementRequest {
  /** Content hash of the rulebook version to use. */
  readonly rulebook: string;
  readonly cookie: Cookie;
  readonly job: string;
  /** ISO instant given to new notifications. */
  readonly at: string;
  /** Ids of loaders that failed in this job and are not asked again. */
  readonly passedOver: readonly string[];
}

/** User code that threw, ran too long or gave something unusable. */
export interface CodeProblem {
  readonly kind: 'rule' | 'loader' | 'receiver';
  readonly id: string;
  /** Relative to the rules folder. */
  readonly file: string;
  readonly message: string;
  /** A receiver's: its error says that no attempt will succeed. */
  readonly retryable?: false;
  /** A receiver's: its error says to come again no sooner, in milliseconds. */
  readonly retryAfterMs?: number;
}

/** What a judgement found. */
export interface Judgement {
  /** Rules that matched and whose action ran, in the order they ran. */
  readonly applied: readonly { readonly rule: string; readonly terminate: boolean }[];
  /** Each with the ids of the receivers that accept it (possibly none); ids are stable, duplicates of one rule removed. */
  readonly notifications: readonly { readonly notification: Notification; readonly receivers: readonly string[] }[];
  /** Whether a rule ended the processing. */
  readonly stopped: boolean;
  /** The first loader in priority order that can enrich the cookie; absent if stopped or none can. */
  readonly nextLoader?: string;
  readonly problems: readonly CodeProblem[];
}

/** Runs users' code of any rulebook version, in threads, within time limits. */
export interface Evaluator {
  /**
   * @throws RulebookUnavailableError when the version is not in the jar or its hash is wrong
   */
  judge(request: JudgementRequest): Promise<Judgement>;
  /**
   * Runs one loader. `timestamp` is given to an enrichment that brings none.
   * @throws UserCodeError when it throws, is stopped at its limit or returns something that is no enrichment
   */
  load(request: {
    readonly rulebook: string;
    readonly loader: string;
    readonly cookie: Cookie;
    readonly timestamp: string;
    readonly signal?: AbortSignal;
  }): Promise<Enrichment>;
  /** Hands one notification to one receiver. @throws UserCodeError like {@link Evaluator.load} */
  receive(request: {
    readonly rulebook: string;
    readonly receiver: string;
    readonly notification: Notification;
    readonly signal?: AbortSignal;
  }): Promise<void>;
  /** Ends all threads. */
  close(): Promise<void>;
}
