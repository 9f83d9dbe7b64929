import type { ApiTokenSettings } from './api-tokens.ts';
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
    /** A token for commands that ask the API themselves. */
    readonly token?: string;
    /** All tokens that are taken, that one included; empty where none is asked for. */
    readonly tokens: readonly ApiTokenSettings[];
    /** Host names that are answered, besides those of this machine itself. */
    readonly hosts: readonly string[];
    /** How often one client may ask. */
    readonly maxRequestsPerSecond: number;
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
    /** What is different for single receivers, by their ids. */
    readonly receivers: Readonly<Record<string, ReceiverSettings>>;
  };
  readonly worker: {
    readonly slots?: number;
    readonly cookies: number;
    readonly threads?: number;
    readonly jarBatchMs: number;
  };
  /** For runs of periodic workers in threads. */
  readonly periodic: { readonly timeoutMs: number; readonly memoryBytes: number };
  readonly jar: { readonly maxRequestsPerSecond?: number };
  readonly irods: {
    readonly processes: number;
    readonly timeoutMs: number;
    readonly maxRequestsPerSecond?: number;
    readonly batonBinDir?: string;
  };
}

/** What is configured for one receiver; the rest is as its definition or `deliveries` says. */
interface ReceiverSettings {
  readonly attempts?: number;
  readonly backoffMs?: number;
  readonly maximumIntervalMs?: number;
  /** Of one worker process. */
  readonly maxPerSecond?: number;
  readonly flood?: { readonly notifications: number; readonly withinMs: number };
  readonly digestWindowMs?: number;
}

/** Settings as they may be logged: secrets replaced. */
export function describeSettings(settings: Settings): unknown {
  return redact(settings);
}
