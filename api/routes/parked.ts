import { z } from 'zod';
import type { ParkedList } from '../dependencies.ts';
import { limitSchema } from '../paging.ts';
import { responses } from '../responses.ts';
import type { TypedApp } from '../typed-app.ts';

const listQuery = z.strictObject({
  after: z.string().min(1).optional().describe('The `next` of the page before'),
  limit: limitSchema,
});

const parkedSchema = z.object({
  cookies: z.array(
    z.object({
      identifier: z.string(),
      reason: z.string().describe('Why its last job failed for good'),
      since: z.string(),
      job: z.string(),
      rulebook: z.string().nullable().describe('The rulebook that the job was pinned to; null where it came to none'),
    }),
  ),
  next: z.string().nullable().describe('Where the next page goes on; null on the last'),
});

/** `/queue/parked`: cookies that are left alone until they are reprocessed, or something new is known of them. */
export function registerParkedRoute(app: TypedApp, parked: ParkedList): void {
  app.get(
    '/queue/parked',
    { schema: { querystring: listQuery, response: responses(parkedSchema, 400) } },
    async ({ query: { after, limit } }) => {
      // One more than asked for, so as to know whether there is a next page.
      const found = await parked.list(after, limit + 1);
      const cookies = found.slice(0, limit).map(({ identifier, reason, at, job, rulebook }) => ({
        identifier,
        reason,
        since: at,
        job,
        rulebook: rulebook === undefined || rulebook === '' ? null : rulebook,
      }));
      return { cookies, next: found.length > limit ? (cookies.at(-1)?.identifier ?? null) : null };
    },
  );
}
