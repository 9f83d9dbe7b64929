import { z } from 'zod';
import type { Delivery } from '../../deliveries/delivery.ts';
import { limitSchema } from '../paging.ts';
import { type RedeliveryDependencies, redeliverAll, redeliverOne } from '../redelivery.ts';
import { responses } from '../responses.ts';
import type { TypedApp } from '../typed-app.ts';

/** Redelivering all that died in a long outage of a receiver takes minutes. */
const REDELIVER_TIMEOUT_MS = 600_000;

const listQuery = z.strictObject({
  status: z.literal('dead'),
  after: z.string().min(1).optional().describe('The `next` of the page before'),
  limit: limitSchema,
});

const deadLetterSchema = z.object({
  id: z.string(),
  receiver: z.string(),
  job: z.string().describe('The job that the notification arose in'),
  notification: z.object({
    id: z.string(),
    about: z.string(),
    data: z.unknown(),
    sender: z.string(),
    identifier: z.string(),
    at: z.string(),
  }),
  attempts: z.int(),
  failure: z.string().nullable().describe('Why the last attempt failed'),
  failed_at: z.string().nullable(),
  given_up_at: z.string().nullable(),
});
const listSchema = z.object({
  notifications: z.array(deadLetterSchema),
  next: z.string().nullable().describe('Where the next page goes on; null on the last'),
});

const redeliverSchema = z.union(
  [
    z.strictObject({ id: z.string().min(1) }),
    z.strictObject({ status: z.literal('dead'), receiver: z.string().min(1).optional() }),
  ],
  'must be {"id": d}, or {"status": "dead"} with or without a "receiver"',
);
const redeliveredSchema = z.object({ redelivered: z.int() });

/** `/notifications`: those that a receiver never took, and sending them again. */
export function registerNotificationRoutes(app: TypedApp, dependencies: RedeliveryDependencies): void {
  app.get(
    '/notifications',
    { schema: { querystring: listQuery, response: responses(listSchema, 400) } },
    async ({ query: { after, limit } }) => {
      // One more than asked for, so as to know whether there is a next page.
      const found = await dependencies.deadLetters.dead(after, limit + 1);
      const notifications = found.slice(0, limit).map(tell);
      return { notifications, next: found.length > limit ? (notifications.at(-1)?.id ?? null) : null };
    },
  );

  app.post(
    '/notifications/redeliver',
    {
      handlerTimeout: REDELIVER_TIMEOUT_MS,
      schema: { body: redeliverSchema, response: responses(redeliveredSchema, 400, 404, 409, 413, 415) },
    },
    async ({ body }) => {
      if (!('id' in body)) return { redelivered: await redeliverAll(dependencies, body.receiver) };
      await redeliverOne(dependencies, body.id);
      return { redelivered: 1 };
    },
  );
}

function tell(delivery: Delivery): z.output<typeof deadLetterSchema> {
  const { id, receiver, job, notification, attempts, lastError, failedAt, buriedAt } = delivery;
  return {
    id,
    receiver,
    job,
    notification,
    attempts,
    failure: lastError ?? null,
    failed_at: failedAt ?? null,
    given_up_at: buriedAt ?? null,
  };
}
