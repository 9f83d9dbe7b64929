import { z } from 'zod';
import { durationText, parseDuration } from './durations.ts';
import { timezoneName } from './timezones.ts';

const YEAR_MS = 365 * 24 * 60 * 60 * 1000;
/** Temporal's server takes no shorter one. */
const SHORTEST_CATCHUP_MS = 10_000;

/** Python's and pino's names of log levels, and pino's names for the same. */
const LOG_LEVELS: Readonly<Record<string, string>> = {
  NOTSET: 'trace',
  TRACE: 'trace',
  DEBUG: 'debug',
  INFO: 'info',
  WARNING: 'warn',
  WARN: 'warn',
  ERROR: 'error',
  CRITICAL: 'fatal',
  FATAL: 'fatal',
  SILENT: 'silent',
};

/** What happens to a run that is due while the one before still runs. */
const OVERLAPS = ['skip', 'buffer_one', 'buffer_all', 'cancel_other', 'terminate_other', 'allow_all'] as const;
export type Overlap = (typeof OVERLAPS)[number];

const INTERVAL = 'text such as "hourly" or "every 10 min"';

/** Keys that every periodic worker's file may have; all others are the worker's own. */
export const workerKeysSchema = z.looseObject({
  log_level: logLevel().optional(),
  interval: z.string(INTERVAL).trim().min(1, INTERVAL).optional(),
  timezone: timezone().optional(),
  jitter: durationText({ minMs: 0 }).optional(),
  paused: z.boolean('true or false').optional(),
  /** A duration in it is the worker's own: how far back a retrieval reads again. */
  overlap: policyOrDuration().optional(),
  /** For workers that need `overlap` for a duration; else the same. */
  schedule_overlap: z.enum(OVERLAPS).optional(),
  catchup_window: durationText({ minMs: SHORTEST_CATCHUP_MS, maxMs: YEAR_MS }).optional(),
});

function logLevel() {
  return z.unknown().transform((value, context) => {
    const name = typeof value === 'string' ? value.toUpperCase() : '';
    const level = Object.hasOwn(LOG_LEVELS, name) ? LOG_LEVELS[name] : undefined;
    if (level !== undefined) return level;
    context.addIssue({ code: 'custom', message: `one of ${Object.keys(LOG_LEVELS).join(', ')}, in any case` });
    return z.NEVER;
  });
}

/** The policy; undefined for a duration. */
function policyOrDuration() {
  return z.unknown().transform((value, context) => {
    const policy = OVERLAPS.find((name) => name === value);
    if (policy !== undefined || (typeof value === 'string' && parseDuration(value) !== undefined)) return policy;
    const policies = OVERLAPS.map((name) => JSON.stringify(name)).join(', ');
    context.addIssue({ code: 'custom', message: `one of ${policies}; or, where the worker has one, a duration` });
    return z.NEVER;
  });
}

function timezone() {
  return z.unknown().transform((value, context) => {
    const name = typeof value === 'string' ? timezoneName(value) : undefined;
    if (name !== undefined) return name;
    context.addIssue({ code: 'custom', message: 'an IANA time zone name, such as "Europe/London" or "UTC"' });
    return z.NEVER;
  });
}
