import type { CookieUpdate } from '../../../cookiejar/cookie-jar.ts';

/** Something that happens at a time, in milliseconds since everything ran. */
export type Timed<T> = T & { readonly at: number };

/** What a client asks the API for. */
export type ClientRequest =
  | { readonly kind: 'push'; readonly updates: readonly CookieUpdate[] }
  | { readonly kind: 'reprocess'; readonly identifier: string }
  | { readonly kind: 'delete'; readonly identifier: string };

/** Makes its requests one after the other. */
export interface ClientPlan {
  /** Whether it asks once only; else it repeats each request until it is answered with 200. */
  readonly givesUp: boolean;
  readonly requests: readonly Timed<ClientRequest>[];
}

/** What happens in the retrieved folder; names are relative to it. */
export type FolderStep =
  | { readonly kind: 'write'; readonly file: string; readonly text: string }
  /** Written elsewhere, then moved in. */
  | { readonly kind: 'bring'; readonly file: string; readonly text: string }
  | { readonly kind: 'rename'; readonly file: string; readonly to: string };

/** What happens in the zone; `lateSeconds` is how long before it is committed it is stamped. */
export type ZoneStep = { readonly path: string; readonly lateSeconds: number } & (
  | { readonly kind: 'put'; readonly checksum: string }
  | { readonly kind: 'avu'; readonly attribute: string; readonly value: string }
  | { readonly kind: 'replica'; readonly checksum: string }
);

/** What happens in the rules folder. */
export type RuleStep =
  | { readonly kind: 'save'; readonly rule: VersionedRule; readonly version: number }
  | { readonly kind: 'break' }
  | { readonly kind: 'mend' };

/** Rules that are saved again in the middle; their notifications tell the version. */
export const VERSIONED_RULES = ['flagged', 'tallied'] as const;
export type VersionedRule = (typeof VERSIONED_RULES)[number];

/** A process that faults befall: `worker-1` and so on, or one of the others. */
export type ProcessName = 'api' | 'jar' | 'temporal' | `worker-${number}`;

/** How the way to the jar goes wrong. */
export const JAR_FAULTS = ['500', '429', '503', 'hang', 'cut', 'lose-answer', 'cut-answer', 'slow'] as const;
export type JarFault = (typeof JAR_FAULTS)[number];

/** How a receiver goes wrong: by itself, past its limit, late, after it took the notification, before it did. */
export const RECEIVER_FAULTS = ['fail', 'hang', 'late', 'lose-answer', 'cut'] as const;
export type ReceiverFault = (typeof RECEIVER_FAULTS)[number];

export const RECEIVERS = ['one', 'two', 'three'] as const;
export type ReceiverName = (typeof RECEIVERS)[number];

/** What goes wrong, and for how long. */
export type FaultStep = { readonly lastsMs: number } & (
  | { readonly kind: 'kill'; readonly processes: readonly ProcessName[] }
  /** SIGSTOP until it is over: as a disk that does not answer, or paging. */
  | { readonly kind: 'still'; readonly process: ProcessName }
  /** SIGTERM, and a new start when it has ended. */
  | { readonly kind: 'restart'; readonly process: ProcessName }
  | { readonly kind: 'jar'; readonly fault: JarFault; readonly share: number }
  | { readonly kind: 'receiver'; readonly receiver: ReceiverName; readonly fault: ReceiverFault }
  /** Its clock is wrong by so much meanwhile. */
  | { readonly kind: 'clock'; readonly process: ProcessName; readonly seconds: number }
);

/** A whole run, made of its seed alone. */
export interface Plan {
  readonly seed: number;
  readonly workers: number;
  /** How often a delivery is tried: few attempts make dead letters. */
  readonly attempts: number;
  /** Whether receiver `three` gets what there is nothing more to learn about. */
  readonly tellsTheEnd: boolean;
  readonly clients: readonly ClientPlan[];
  readonly folder: readonly Timed<FolderStep>[];
  readonly zone: readonly Timed<ZoneStep>[];
  readonly rules: readonly Timed<RuleStep>[];
  readonly faults: readonly Timed<FaultStep>[];
  /** How often the loader `second` fails for a cookie before it brings something. */
  readonly loaderFailures: number;
}
