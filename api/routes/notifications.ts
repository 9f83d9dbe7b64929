import { z } from 'zod';
import type { Delivery } from '../../deliveries/delivery.ts';
import { isSelected } from '../../deliveries/delivery-selection.ts';
import { UnknownDeliveryError } from '../../deliveries/errors.ts';
import { deliverySchema, tellDelivery } from '../delivery-answer.ts';
import { selectionShape, untimedShape } from '../delivery-query.ts';
import { limitSchema } from '../paging.ts';
import { type RedeliveryDependencies, redeliverAll, redeliverOne } from '../redelivery.ts';
import { responses } from '../responses.ts';
import type { TypedApp } from '../typed-app.ts';

/** Redelivering all that died in a long outage of a receiver takes minutes. */
const REDELIVER_TIMEOUT_MS = 600_000;

const lookQuery = z
  .strictObject({
    id: z.string().min(1).optional().describe('One delivery, whatever became of it'),
    status: z
      .enum(['dead', 'waiting', 'held'])
      .optional()
      .describe('dead: given up; waiting: being repeated; held: gathered for a digest'),
    after: z.string().min(1).optional().describe('The `next` of the page before'),
    limit: limitSchema,
    ...selectionShape,
  })
  .refine(({ id, status }) => (id === undefined) !== (status === undefined), {
    path: ['status'],
    message: 'either a status (dead, waiting or held) or an id must be given',
  });

const listSchema = z.object({
  notifications: z.array(deliverySchema),
  next: z.string().nullable().describe('Where the next page goes on; null on the last'),
});

const redeliverSchema = z.union(
  [
    z.strictObject({ id: z.string().min(1) }),
    z.strictObject({ status: z.literal('dead'), ...selectionShape }),
    z.strictObject({ status: z.literal('waiting'), ...untimedShape }),
  ],
  'must be {"id": d}, or {"status": "dead"} or {"status": "waiting"} with or without a "receiver", "about", "sender" and ' +
    '"prefix"; "dead" also with "from" and "to"',
);
const redeliveredSchema = z.object({ redelivered: z.int() });

type Look = z.output<typeof lookQuery>;
type Page = z.output<typeof listSchema>;

/** `/notifications`: those that a receiver has not taken, and sending them again. */
export function registerNotificationRoutes(app: TypedApp, dependencies: RedeliveryDependencies): void {
  app.get(
    '/notifications',
    { schema: { querystring: lookQuery, response: responses(z.union([listSchema, deliverySchema]), 400, 404) } },
    async ({ query }) => {
      if (query.id !== undefined) return tellDelivery(await one(dependencies, query.id));
      if (query.status === 'waiting') return waiting(dependencies, query);
      return query.status === 'held' ? held(dependencies, query) : dead(dependencies, query);
    },
  );

  app.post(
    '/notifications/redeliver',
    {
      handlerTimeout: REDELIVER_TIMEOUT_MS,
      schema: { body: redeliverSchema, response: responses(redeliveredSchema, 400, 404, 409, 413, 415) },
    },
    async ({ body }) => {
      if ('status' in body) return { redelivered: await redeliverAll(dependencies, body.status, body) };
      await redeliverOne(dependencies, body.id);
      return { redelivered: 1 };
    },
  );
}

async function one({ deadLetters }: RedeliveryDependencies, id: string): Promise<Delivery> {
  const [delivery] = await deadLetters.getAll([id]);
  if (delivery === undefined) throw new UnknownDeliveryError(id);
  return delivery;
}

async function dead({ deadLetters }: RedeliveryDependencies, { after, limit, ...selection }: Look): Promise<Page> {
  // One more than asked for, so as to know whether there is a next page.
  const found = await deadLetters.dead(after, limit + 1, selection);
  const notifications = found.slice(0, limit).map(tellDelivery);
  return { notifications, next: found.length > limit ? (notifications.at(-1)?.id ?? null) : null };
}

/** Those whose workflows run; of these the jar is asked, so that nobody has to go through all deliveries. */
async function waiting({ deadLetters, workflows }: RedeliveryDependencies, look: Look): Promise<Page> {
  const { ids, next = null } = await workflows.runningDeliveries(look.limit, look.after);
  const found = (await deadLetters.getAll(ids)).filter(({ state }) => state === 'waiting');
  return { notifications: selected(found, look), next };
}

async function held({ deadLetters }: RedeliveryDependencies, look: Look): Promise<Page> {
  const found = await deadLetters.held(look.after, look.limit + 1);
  const page = found.slice(0, look.limit);
  const next = found.length > look.limit ? (page.at(-1)?.place ?? null) : null;
  return {
    notifications: selected(
      page.map(({ delivery }) => delivery),
      look,
    ),
    next,
  };
}

function selected(deliveries: readonly Delivery[], look: Look): Page['notifications'] {
  return deliveries.filter((delivery) => isSelected(delivery, look)).map(tellDelivery);
}
