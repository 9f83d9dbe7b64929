import { z } from 'zod';
import { tokenEntrySchema } from './api-token-text.ts';
import { durationText } from './durations.ts';
import type { Json } from './json-text.ts';
import { sizeText } from './sizes.ts';

/** Name of the file in the config folder. */
export const PROJECT_FILE = 'cookie-monster.json';

const GIB = 1024 ** 3;

/**
 * As many as one worker process has slots for workflow tasks, less those that its pollers hold: a cookie has a task under
 * way most of its time, so that more of them would only wait for each other.
 */
const COOKIES_UNDER_WAY = 30;

/** `configs/cookie-monster.json`, with its defaults. Unknown keys are refused everywhere but in `context`. */
export const projectFileSchema = z.strictObject({
  /** Handed to rules, loaders and receivers as `context.config`. */
  context: z
    .record(
      z.string(),
      z.custom<Json>(() => true),
      'an object of your own settings',
    )
    .default({}),
  rules: z
    .strictObject({
      /** How often loaders may run in one job. */
      rounds: wholeNumber(1, 1_000_000).default(100),
      /** How long one rule may take. */
      ruleTimeout: durationText().prefault('5 s'),
      /** How long a loader may stay silent. */
      loaderTimeout: durationText().prefault('30 s'),
      /** How often a failing loader is tried in one job. */
      loaderAttempts: wholeNumber(1, 1000).default(5),
    })
    .prefault({}),
  deliveries: z
    .strictObject({
      /** How long a receiver may stay silent. */
      timeout: durationText().prefault('30 s'),
      /** How often a delivery is tried before it becomes a dead letter. */
      attempts: wholeNumber(1, 1_000_000).default(20),
      /** Wait before the second attempt; doubles from one to the next. */
      backoff: durationText().prefault('1 s'),
      /** The longest wait between two attempts. */
      maximumInterval: durationText().prefault('5 min'),
      /** What is different for single receivers, by their ids. */
      receivers: z.record(z.string(), receiverSchema(), 'an object of receivers by their ids').default({}),
    })
    .prefault({}),
  worker: z
    .strictObject({
      /** Workflow tasks at once. */
      slots: wholeNumber(1, 10_000).optional(),
      /** Cookies under way, per worker process, from which on those that come in bulk wait. */
      cookies: wholeNumber(1, 100_000).default(COOKIES_UNDER_WAY),
      /** Threads that run rules. */
      threads: wholeNumber(1, 1024).optional(),
      /** How long reads and writes of the jar gather into one request. */
      jarBatch: durationText({ minMs: 0, maxMs: 10_000 }).prefault('4 ms'),
    })
    .prefault({}),
  periodic: z
    .strictObject({
      /** How long a run of a periodic worker in a thread may stay silent. */
      timeout: durationText().prefault('30 s'),
      /** Heap of such a run; what it needs beyond ends it. */
      memory: sizeText(1024 * GIB).prefault('1 GiB'),
    })
    .prefault({}),
  jar: z
    .strictObject({
      /** Requests of one process to CouchDB; no limit without it. */
      maxRequestsPerSecond: perSecond().optional(),
    })
    .prefault({}),
  irods: z
    .strictObject({
      /** baton processes at once. */
      processes: wholeNumber(1, 1024).default(8),
      /** How long one request to baton may take. */
      timeout: durationText().prefault('60 s'),
      /** Listings and queries of one worker process; no limit without it. */
      maxRequestsPerSecond: perSecond().optional(),
    })
    .prefault({}),
  api: z
    .strictObject({
      /** The largest request body. */
      bodyLimit: sizeText(GIB).prefault('10 MiB'),
      /** Bearer tokens that the API takes. */
      tokens: z.array(tokenEntrySchema, 'a list of tokens').default([]),
      /** Host names that are answered, besides those of this machine itself. */
      hosts: z.array(hostName(), 'a list of host names').default([]),
      /** How often one client may ask. */
      maxRequestsPerSecond: perSecond().default(1000),
    })
    .prefault({}),
});

/** `configs/cookie-monster.json` as read. */
export type ProjectFile = z.output<typeof projectFileSchema>;

function receiverSchema() {
  return z.strictObject({
    attempts: wholeNumber(1, 1_000_000).optional(),
    backoff: durationText().optional(),
    maximumInterval: durationText().optional(),
    /** Notifications that one worker process hands to it in a second. */
    maxPerSecond: perSecond().optional(),
    /** More than so many within so long: one digest tells of the further ones. */
    flood: z.strictObject({ notifications: wholeNumber(1, 1000), within: durationText() }).optional(),
    /** All notifications are gathered so long, and told by one digest. */
    digestWindow: durationText().optional(),
  });
}

function wholeNumber(min: number, max: number) {
  const allowed = `a whole number from ${min} to ${max}`;
  return z.int(allowed).min(min, allowed).max(max, allowed);
}

function hostName() {
  const allowed = 'a host name or address without a port, such as cookies.example.org';
  return z.string(allowed).regex(/^(?:[\w-]+(?:\.[\w-]+)*|\[?[0-9a-f:]*:[0-9a-f:.]*\]?)$/i, allowed);
}

/** Beyond these bounds, rates are slips of a pen: one turn in years, or between two ticks of any clock. */
function perSecond() {
  const allowed = 'a number from 0.001 to 1000000';
  return z.number(allowed).min(0.001, allowed).max(1_000_000, allowed);
}
