import { z } from 'zod';
import { durationText } from './durations.ts';
import type { Json } from './json-text.ts';
import { sizeText } from './sizes.ts';

/** Name of the file in the config folder. */
export const PROJECT_FILE = 'cookie-monster.json';

const GIB = 1024 ** 3;

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
    })
    .prefault({}),
  worker: z
    .strictObject({
      /** Workflow tasks at once. */
      slots: wholeNumber(1, 10_000).optional(),
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
  jar: z.strictObject({ maxRequestsPerSecond: positiveNumber().optional() }).prefault({}),
  irods: z
    .strictObject({
      /** baton processes at once. */
      processes: wholeNumber(1, 1024).default(8),
      /** How long one request to baton may take. */
      timeout: durationText().prefault('60 s'),
    })
    .prefault({}),
  api: z
    .strictObject({
      /** The largest request body. */
      bodyLimit: sizeText(GIB).prefault('10 MiB'),
      /** Bearer tokens that the API accepts. */
      tokens: z.array(tokenText(), 'a list of tokens').default([]),
    })
    .prefault({}),
});

/** `configs/cookie-monster.json` as read. */
export type ProjectFile = z.output<typeof projectFileSchema>;

/** A bearer token: what an Authorization header can carry. */
export function tokenText() {
  const allowed = 'text of visible ASCII characters without spaces';
  return z.string(allowed).regex(/^[\x21-\x7e]+$/, allowed);
}

function wholeNumber(min: number, max: number) {
  const allowed = `a whole number from ${min} to ${max}`;
  return z.int(allowed).min(min, allowed).max(max, allowed);
}

function positiveNumber() {
  const allowed = 'a number above 0';
  return z.number(allowed).positive(allowed);
}
