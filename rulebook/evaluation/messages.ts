import type { CookieJson } from '../../cookiejar/cookie.ts';
import type { Enrichment } from '../../cookiejar/enrichment.ts';
import type { JsonObject } from '../../cookiejar/json.ts';
import type { Notification } from '../../deliveries/notification.ts';
import type { CodeProblem, Judgement } from '../evaluator.ts';
import type { DefinitionSummary, RuleProblem } from '../problem.ts';

/** What a thread is given once, when it starts. */
export interface ThreadSetup {
  readonly progress: SharedArrayBuffer;
  readonly config: JsonObject;
  readonly home: string;
  readonly rulesFolder: string;
  /** Names of the host's services, e.g. `jar.fetch`. */
  readonly services: readonly string[];
}

/** One piece of work for a thread. */
export type Task = JudgeTask | LoadTask | ReceiveTask | InspectTask;

/** Runs the rules against one cookie. */
export interface JudgeTask {
  readonly kind: 'judge';
  readonly cookie: CookieJson;
  readonly job: string;
  readonly at: string;
  readonly passedOver: readonly string[];
  /** Indexes of definitions to leave out: they were stopped in earlier attempts. */
  readonly without: readonly number[];
}

/** Runs one loader. */
export interface LoadTask {
  readonly kind: 'load';
  readonly loader: string;
  readonly cookie: CookieJson;
  readonly timestamp: string;
}

/** Hands a notification to one receiver. */
export interface ReceiveTask {
  readonly kind: 'receive';
  readonly receiver: string;
  readonly notification: Notification;
}

/** Loads a rulebook and tells what is in it. */
interface InspectTask {
  readonly kind: 'inspect';
}

/** What each kind of task gives. */
export type TaskResult =
  | { readonly kind: 'judge'; readonly judgement: Judgement }
  | { readonly kind: 'load'; readonly enrichment: Enrichment }
  | { readonly kind: 'receive' }
  | {
      readonly kind: 'inspect';
      readonly definitions: readonly DefinitionSummary[];
      readonly problems: readonly RuleProblem[];
    };

/** The host's service that only answers: a thread that gets no answer is cut off from it. */
export const ECHO = 'host.echo';

/** From the host to a thread. */
export type ToThread =
  | {
      readonly type: 'run';
      readonly hash: string;
      readonly url: string;
      readonly task: Task;
      readonly careful: boolean;
    }
  | { readonly type: 'abort' }
  | { readonly type: 'answer'; readonly call: number; readonly value?: unknown; readonly error?: ErrorJson };

/** From a thread to the host. */
export type FromThread =
  | { readonly type: 'loaded'; readonly hash: string; readonly definitions: readonly DefinitionSummary[] }
  | { readonly type: 'done'; readonly result: TaskResult }
  | { readonly type: 'failed'; readonly problem: CodeProblem }
  | { readonly type: 'unloadable'; readonly problem: RuleProblem }
  | { readonly type: 'call'; readonly call: number; readonly service: string; readonly args: readonly string[] }
  | { readonly type: 'hang-up'; readonly call: number }
  | LogEntry;

/** One line for the host's log. */
export interface LogEntry {
  readonly type: 'log';
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly details: JsonObject;
}

/** An error as it crosses between threads. */
export interface ErrorJson {
  readonly name: string;
  readonly message: string;
  readonly code?: string | number;
}
