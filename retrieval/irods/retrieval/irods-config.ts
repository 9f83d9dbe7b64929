import { z } from 'zod';
import { toUtcInstant } from '../../../cookiejar/timestamp.ts';
import { durationText } from './duration-text.ts';

const ZONE_TEXT = 'the name of an iRODS zone, such as "seq"';
const GLOBS_TEXT = 'a list of glob patterns, such as ["*.cram", "/seq/13240/**"]';
const SINCE_TEXT = 'an ISO-8601 instant with a zone, such as "2026-01-05T06:00:00Z"';

const DEFAULT_OVERLAP = '60 s';
/** The Schedule's policies have names of letters only; they may stand in the same key of the file. */
const POLICY = /^[a-z]+(_[a-z]+)*$/;

/** Keys that say which paths are meant. */
export const pathPatterns = {
  /** Which objects: patterns without `/` match names anywhere, others the absolute path. */
  include: z.array(glob(), GLOBS_TEXT).min(1, `${GLOBS_TEXT}, at least one`).default(['**']),
  /** Which objects and collections not; the trash is left out too, unless a pattern of `include` names it. */
  exclude: z.array(glob(), GLOBS_TEXT).default([]),
};

/** Keys of `IrodsRetrieval.json` beside those of every periodic worker. */
export const irodsConfigSchema = z.strictObject({
  /** The zone whose catalogue is asked. */
  zone: z.string(ZONE_TEXT).regex(/^[^/\s]+$/, ZONE_TEXT),
  /** How far back what was read before is read again, for what was committed late. */
  overlap: z.preprocess(withoutPolicy, durationText({ min: '1 s', max: '7 d' })).prefault(DEFAULT_OVERLAP),
  /** How far behind now it reads. */
  settle: durationText({ min: '0 s', max: '1 d' }).prefault('5 s'),
  /** Where the first run begins; without it, with the beginning of the catalogue. */
  since: instant().optional(),
  /** Longest wait for one query. */
  timeout: durationText({ min: '1 s', max: '1 d' }).prefault('10 min'),
  /** The widest span of time that one query asks for. */
  window: durationText({ min: '1 s', max: '3650 d' }).prefault('30 d'),
  ...pathPatterns,
});

/** What an iRODS retrieval is told: durations in milliseconds, `since` as an ISO text in UTC. */
export type IrodsConfig = z.output<typeof irodsConfigSchema>;

function withoutPolicy(value: unknown): unknown {
  return typeof value === 'string' && POLICY.test(value) ? DEFAULT_OVERLAP : value;
}

function glob() {
  const allowed = 'a glob pattern that is not empty and does not begin with "!"; what is not wanted goes to "exclude"';
  return z.string(allowed).regex(/^[^!]/s, allowed);
}

function instant() {
  return z.string(SINCE_TEXT).transform((text, context) => {
    try {
      return toUtcInstant(text);
    } catch {
      context.addIssue({ code: 'custom', message: SINCE_TEXT });
      return z.NEVER;
    }
  });
}
