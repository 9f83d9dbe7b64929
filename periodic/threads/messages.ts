import type { JsonObject, JsonValue } from '../../cookiejar/json.ts';
import type { JarOptions } from '../../cookiejar/open-jar.ts';

/** Where a thread finds code, and what messages about it call its places. */
export interface CodeLocation {
  /** URL of the module. */
  readonly url: string;
  /** Folder that file names in messages are relative to. */
  readonly folder: string;
  /** Folders, each ending in a separator, whose code is not to blame. */
  readonly ownFolders: readonly string[];
}

/** A configuration to be checked by a class's own schema. */
export interface ConfigToCheck {
  /** The class's file laid over `PeriodicWorker.json`. */
  readonly values: JsonObject;
  /** Keys of its own file that are not common to all periodic workers. */
  readonly ownKeys: readonly string[];
  /** Keys of both files that are not common to all. */
  readonly customKeys: readonly string[];
}

/** Looks which periodic workers a module exports. */
interface InspectTask {
  readonly kind: 'inspect';
  readonly code: CodeLocation;
}

/** Asks a class what it thinks of its configuration. */
interface CheckTask {
  readonly kind: 'check';
  readonly code: CodeLocation;
  readonly worker: string;
  readonly config: ConfigToCheck;
}

/** Runs a class once. */
export interface RunTask {
  readonly kind: 'run';
  readonly code: CodeLocation;
  readonly worker: string;
  readonly config: ConfigToCheck;
  /** In pino's words. */
  readonly logLevel: string;
  /** ISO instant. */
  readonly startedAt: string;
  readonly lastProgress?: JsonValue;
  readonly jar: Omit<JarOptions, 'logger'>;
}

/** The one thing that a thread is started for. */
export type ThreadTask = InspectTask | CheckTask | RunTask;

/** What a thread is given when it starts. */
export interface ThreadSetup {
  readonly beats: SharedArrayBuffer;
  readonly task: ThreadTask;
}

/** A class that a module exports. */
export interface ExportedClass {
  readonly name: string;
  /** Whether it has a `callback`. */
  readonly runs: boolean;
}

/** One thing that a class's schema finds wrong, in the words of Standard Schema, and of zod where it is that. */
export interface ConfigIssue {
  readonly path: readonly (string | number)[];
  readonly message: string;
  /** Name of the type that is wanted. */
  readonly expected?: string;
  /** All values that are allowed. */
  readonly values?: readonly JsonValue[];
  readonly unknownKeys?: readonly string[];
  /** The keys that there are in place of the unknown ones. */
  readonly knownKeys?: readonly string[];
}

/** What user code threw. */
export interface Failure {
  /** What was thrown, in words. */
  readonly reason: string;
  /** The same with its place, where one is known. */
  readonly message: string;
  readonly stack?: string;
  /** Relative to the code's folder. */
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
}

/** How a thread ends; the last that is heard of it. */
export type Outcome =
  | { readonly type: 'inspected'; readonly classes: readonly ExportedClass[] }
  | { readonly type: 'checked'; readonly issues: readonly ConfigIssue[] }
  | { readonly type: 'done'; readonly result?: JsonValue }
  | { readonly type: 'misconfigured'; readonly issues: readonly ConfigIssue[] }
  | { readonly type: 'failed'; readonly failure: Failure };

/** From a thread to its host. */
export type FromThread =
  | Outcome
  | { readonly type: 'progress'; readonly progress: JsonValue }
  /** A line of pino's. */
  | { readonly type: 'log'; readonly line: string }
  | { readonly type: 'wake'; readonly call: number; readonly identifier: string };

/** From the host to a thread. */
export type ToThread =
  | { readonly type: 'abort' }
  /** `error` if the cookie could not be woken. */
  | { readonly type: 'woken'; readonly call: number; readonly error?: string };
