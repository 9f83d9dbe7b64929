import { z } from 'zod';
import type { RetrievalLog } from '../dependencies.ts';
import { limitSchema } from '../paging.ts';
import { responses } from '../responses.ts';
import type { TypedApp } from '../typed-app.ts';

const querySchema = z.strictObject({ limit: limitSchema });
const retrievalsSchema = z.object({
  retrievals: z.array(
    z.object({
      worker: z.string().describe('Class name of the retriever'),
      since: z.string().nullable().describe('What it asked its source for; null for everything'),
      started_at: z.string(),
      duration_ms: z.number(),
      count: z.int().describe('Updates that the source gave'),
      stored: z.int().describe('Enrichments that were new'),
      woken: z.int().describe('Cookies woken'),
      most_recent: z.string().nullable().describe('Time stamp of the newest update'),
      failure: z.string().nullable().describe('Why it did not come to its end; null if it did'),
    }),
  ),
});

/** `GET /retrievals`: what the last retrievals did, the newest first. */
export function registerRetrievalsRoute(app: TypedApp, retrievals: RetrievalLog): void {
  app.get(
    '/retrievals',
    { schema: { querystring: querySchema, response: responses(retrievalsSchema, 400) } },
    async ({ query }) => ({ retrievals: [...(await retrievals.newest(query.limit))] }),
  );
}
