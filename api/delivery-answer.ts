import { z } from 'zod';
import type { Delivery } from '../deliveries/delivery.ts';

/** A delivery as the API tells it. */
export const deliverySchema = z.object({
  id: z.string(),
  status: z.enum(['waiting', 'delivered', 'dead']),
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
  attempts: z.int().describe('Failed ones, since it was recorded or last sent again'),
  failure: z.string().nullable().describe('Why the last attempt failed'),
  failed_at: z.string().nullable(),
  not_before: z.string().nullable().describe('When it is tried again at the earliest'),
  delivered_at: z.string().nullable(),
  given_up_at: z.string().nullable(),
  given_up: z.int().describe('How often it was given up'),
  held: z.boolean().describe('Whether it is told by a digest instead of singly'),
  digest: z.string().nullable().describe('Id of the delivery of the digest that tells of it'),
});

/** A delivery as the API tells it. */
export function tellDelivery(delivery: Delivery): z.output<typeof deliverySchema> {
  const { id, state, receiver, job, notification, attempts, lastError, failedAt, notBefore } = delivery;
  return {
    id,
    status: state,
    receiver,
    job,
    notification,
    attempts,
    failure: lastError ?? null,
    failed_at: failedAt ?? null,
    not_before: state === 'waiting' ? (notBefore ?? null) : null,
    delivered_at: delivery.deliveredAt ?? null,
    given_up_at: delivery.buriedAt ?? null,
    given_up: delivery.burials,
    held: delivery.held !== undefined,
    digest: delivery.digest ?? null,
  };
}
