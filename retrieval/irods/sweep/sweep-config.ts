import { z } from 'zod';
import { BatonRefusalError } from '../errors.ts';
import { checkPath } from '../irods-path.ts';
import { durationText } from '../retrieval/duration-text.ts';
import { pathPatterns } from '../retrieval/irods-config.ts';

const COLLECTIONS_TEXT = 'a list of absolute paths of collections within a zone, such as ["/seq/13240"]';
const RATE_TEXT = 'a number of objects a second, from 0.1 to 1000';
const GONE_TEXT = '"enrich" (their cookies say that they are gone) or "report" (they are only counted)';

/** Keys of `IrodsSweep.json` beside those of every periodic worker. */
export const sweepConfigSchema = z.strictObject({
  /** What is walked, with all that lies below. */
  collections: z.array(collection(), COLLECTIONS_TEXT).min(1, `${COLLECTIONS_TEXT}, at least one`),
  ...pathPatterns,
  /** How many objects, or collections, are listed in a second at most. */
  rate: z.number(RATE_TEXT).min(0.1, RATE_TEXT).max(1000, RATE_TEXT).default(20),
  /** What becomes of cookies whose objects are not there any more; none is ever deleted. */
  gone: z.enum(['enrich', 'report'], GONE_TEXT).default('enrich'),
  /** Longest wait for the listing of one object or collection. */
  timeout: durationText({ min: '1 s', max: '1 d' }).prefault('60 s'),
});

/** What a sweep is told; `timeout` is in milliseconds. */
export type SweepConfig = z.output<typeof sweepConfigSchema>;

function collection() {
  return z.string(COLLECTIONS_TEXT).transform((text, context) => {
    try {
      const path = checkPath(text);
      if (path !== '/') return path;
    } catch (error) {
      if (!(error instanceof BatonRefusalError)) throw error;
    }
    context.addIssue({ code: 'custom', message: COLLECTIONS_TEXT });
    return z.NEVER;
  });
}
