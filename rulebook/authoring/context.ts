import type { JarReader } from '../../cookiejar/cookie-jar.ts';
import type { JsonObject } from '../../cookiejar/json.ts';

/** Writes to the log of the process that runs the rules. */
export interface Log {
  debug(message: string, details?: JsonObject): void;
  info(message: string, details?: JsonObject): void;
  warn(message: string, details?: JsonObject): void;
  error(message: string, details?: JsonObject): void;
}

/** Reads from the iRODS zone that the installation is connected to. */
export interface IrodsReader {
  /**
   * Lists one data object or collection as baton does.
   * @throws an error with baton's `code`; its `name` is `IrodsPathUnavailableError` where the path does not exist or may not be read
   */
  list(path: string, options?: { readonly signal?: AbortSignal }): Promise<JsonObject>;
}

/** What rules, loaders and receivers may use beside the cookie. */
export interface Context {
  readonly log: Log;
  /** The `context` section of `configs/cookie-monster.json`, frozen. */
  readonly config: JsonObject;
  /** Absolute path of the data folder: the only place where shipped code writes. */
  readonly home: string;
  /** Other cookies, read only. */
  readonly jar: JarReader;
  /** Where an iRODS zone is configured. */
  readonly irods?: IrodsReader;
  /** Aborted when the work is no longer wanted; what goes on for long after that is ended. */
  readonly signal: AbortSignal;
  /** Says that a loader or receiver is still at work: its time limit starts anew. Rules have no such mercy. */
  readonly heartbeat: () => void;
}
