import { z } from 'zod';
import { checkEnrichment } from '../cookiejar/check-enrichment.ts';
import type { Enrichment } from '../cookiejar/enrichment.ts';
import { RULE_APPLICATION } from '../cookiejar/enrichment-key.ts';
import { InvalidEnrichmentError } from '../cookiejar/errors.ts';

/** Stands in where the check asks for a time and none was pushed. */
const ANY_TIME = '1970-01-01T00:00:00.000Z';

/**
 * What only the system itself says, and relies on: traces of processing, and what retrieval found. Whoever could push the
 * latter could have loaders read any file or iRODS object that the worker may read, by naming it.
 */
const RESERVED: Readonly<Record<string, string>> = {
  [RULE_APPLICATION]: 'only processing adds it',
  folder_update: 'only the retrieval of a folder adds it, and loaders read the file that it names',
  irods_update: 'only the retrieval from iRODS adds it, and loaders ask iRODS for the object that it names',
};

/** An enrichment as it is pushed; checked and with its time in UTC, or without any, which means now. */
export const pushedEnrichmentSchema = z
  .strictObject({
    source: z.string().superRefine((source, context) => {
      if (Object.hasOwn(RESERVED, source)) context.addIssue(`must not be ${source}: ${RESERVED[source]}`);
    }),
    timestamp: z.string().optional(),
    metadata: z.record(z.string(), z.unknown(), 'must be a JSON object'),
  })
  .transform(({ source, timestamp, metadata }, context): PushedEnrichment => {
    try {
      const checked = checkEnrichment({ source, timestamp: timestamp ?? ANY_TIME, metadata });
      return timestamp === undefined ? { source: checked.source, metadata: checked.metadata } : checked;
    } catch (error) {
      if (!(error instanceof InvalidEnrichmentError)) throw error;
      context.addIssue({ code: 'custom', path: [error.place], message: error.message });
      return z.NEVER;
    }
  });

/** An enrichment that may have been pushed without a time. */
export type PushedEnrichment = Omit<Enrichment, 'timestamp'> & Partial<Pick<Enrichment, 'timestamp'>>;
