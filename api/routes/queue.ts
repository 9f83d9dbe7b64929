import { z } from 'zod';
import { WakeKind } from '../../workflows/messages.ts';
import { identifierSchema } from '../identifier.ts';
import type { QueueReader } from '../queue-reader.ts';
import { responses } from '../responses.ts';
import type { TypedApp } from '../typed-app.ts';
import type { WakeDesk } from '../wake-desk.ts';

const queueSchema = z.object({ queue_length: z.int() });

const queueStatusSchema = z.object({
  queue_length: z.int().describe('Cookies whose processing has not settled'),
  running: z.int().describe('Workflows of cookies that run'),
  failed: z.int().describe("Workflows of cookies that failed for good, as far back as Temporal's retention goes"),
  deliveries_waiting: z.int().describe('Notifications whose receiver is in trouble and is tried again'),
  deliveries_held: z.int().describe('Notifications gathered for a digest, counted up to 1,000'),
  deliveries_held_more: z.boolean().describe('Whether there are more than that'),
  dead_letters: z.int().describe('Notifications given up, counted up to 1,000'),
  dead_letters_more: z.boolean().describe('Whether there are more than that'),
  parked: z.int().describe('Cookies left alone because their last job failed for good, counted up to 1,000'),
  parked_more: z.boolean().describe('Whether there are more than that'),
  reconciler: z
    .object({
      last_run: z.string().nullable(),
      checked: z.int().describe('What had changed and was looked at in the last run'),
      found: z.int().describe('Cookies and deliveries that were lost, in the last run; they were taken up again'),
      found_in_all: z.int().describe('The same since ever'),
    })
    .describe('What crashes have left behind'),
  rate: z.number().describe('Cookies settled per second over the last minute'),
});

/** Other members are ignored, as they always were. */
const reprocessSchema = z.union(
  [
    z
      .object({ path: identifierSchema.optional(), identifier: identifierSchema.optional() })
      .refine(
        ({ path, identifier }) => (path === undefined) !== (identifier === undefined),
        'must have either the member "path" or the member "identifier"',
      ),
    identifierSchema,
  ],
  'must be an object {"path": p} or {"identifier": p}, or a string',
);

const reprocessedSchema = z.union([z.object({ path: z.string() }), z.object({ identifier: z.string() })]);

/** `/queue`: how long it is, how it is doing, and putting cookies into it. */
export function registerQueueRoutes(app: TypedApp, queue: QueueReader, desk: WakeDesk): void {
  app.get('/queue', { schema: { response: responses(queueSchema) } }, async () => ({
    queue_length: await queue.length(),
  }));

  app.get('/queue/status', { schema: { response: responses(queueStatusSchema) } }, async () => queue.status());

  app.post(
    '/queue/reprocess',
    { schema: { body: reprocessSchema, response: responses(reprocessedSchema, 400, 413, 415) } },
    async ({ body }) => {
      const named = nameOf(body);
      await desk.wake('path' in named ? named.path : named.identifier, WakeKind.Reprocess);
      return named;
    },
  );
}

/** The body's one recognised member, which is also the answer. */
function nameOf(body: z.output<typeof reprocessSchema>): z.output<typeof reprocessedSchema> {
  if (typeof body === 'string') return { identifier: body };
  const { path, identifier } = body;
  if (path !== undefined) return { path };
  if (identifier !== undefined) return { identifier };
  throw new TypeError('a validated body names a cookie');
}
