import type { CouchdbSettings } from './couchdb-settings.ts';
import type { JsonRecord } from './json-text.ts';
import { redact } from './secrets.ts';
import type { TemporalSettings } from './temporal-settings.ts';

/** Everything that is configured, checked and frozen. Folders are absolute; numbers carry their unit in their name. */
export interface Settings {
  /** The data folder. */
  readonly home: string;
  readonly configFolder: string;
  /** Folder of `<ClassName>.json` files of periodic workers. */
  readonly workerConfigFolder: string;
  readonly rulesFolder: string;
  /** Folder of the users' `*.worker.ts`. */
  readonly workersFolder: string;
  readonly temporal: TemporalSettings;
  readonly couchdb: CouchdbSettings;
  readonly api: {
    readonly host: string;
    /** 0 for any free one. */
    readonly port: number;
    /** The token from the environment. */
    readonly token?: string;
    /** All tokens that are accepted, that one included; empty where none is asked for. */
    readonly tokens: readonly string[];
    readonly bodyLimitBytes: number;
  };
  readonly embedded: {
    readonly temporalPort: number;
    readonly temporalUiPort: number;
    readonly jarPort: number;
    /** The PATH on which a Temporal binary is looked for. */
    readonly searchPath: string;
    /** Path of a Temporal binary to use. */
    readonly temporalCli?: string;
  };
  /** Handed to users' code as `context.config`. */
  readonly context: JsonRecord;
  readonly rules: {
    readonly rounds: number;
    readonly ruleTimeoutMs: number;
    readonly loaderTimeoutMs: number;
    readonly loaderAttempts: number;
  };
  readonly deliveries: {
    readonly timeoutMs: number;
    readonly attempts: number;
    readonly backoffMs: number;
    readonly maximumIntervalMs: number;
  };
  readonly worker: { readonly slots?: number; readonly threads?: number; readonly jarBatchMs: number };
  /** For runs of periodic workers in threads. */
  readonly periodic: { readonly timeoutMs: number; readonly memoryBytes: number };
  readonly jar: { readonly maxRequestsPerSecond?: number };
  readonly irods: { readonly processes: number; readonly timeoutMs: number; readonly batonBinDir?: string };
}

/** Settings as they may be logged: secrets replaced. */
export function describeSettings(settings: Settings): unknown {
  return redact(settings);
}
