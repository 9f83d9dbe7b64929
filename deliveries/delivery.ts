import { z } from 'zod';
import type { JsonObject, JsonValue } from '../cookiejar/json.ts';
import { CorruptDeliveryError } from './errors.ts';
import type { Notification } from './notification.ts';

/** Where a delivery stands: to be tried, taken by the receiver, or given up after too many attempts. */
export const DeliveryState = { Waiting: 'waiting', Delivered: 'delivered', Dead: 'dead' } as const;
export type DeliveryState = (typeof DeliveryState)[keyof typeof DeliveryState];

/** What is to be delivered to whom. */
export interface DeliveryRequest {
  readonly notification: Notification;
  /** The receiver's id. */
  readonly receiver: string;
  /** Content hash of the rulebook version that the receiver is run from. */
  readonly rulebook: string;
  /** The job that the notification arose in. */
  readonly job: string;
  /** Where the notification is a digest: what names the list of those it tells of. */
  readonly members?: string;
}

/** The record of one notification's delivery to one receiver. */
export interface Delivery extends DeliveryRequest {
  readonly id: string;
  readonly state: DeliveryState;
  /** Failed ones, since it was recorded or last revived. */
  readonly attempts: number;
  /** Why the last attempt failed. */
  readonly lastError?: string;
  /** ISO instant of the last failed attempt. */
  readonly failedAt?: string;
  readonly deliveredAt?: string;
  /** ISO instant at which it was last given up. */
  readonly buriedAt?: string;
  /** How often it was given up. */
  readonly burials: number;
  /** ISO instant before which it is not tried again. */
  readonly notBefore?: string;
  /** ISO instant until which whoever is handing it to its receiver, which takes long, is sure to be at it. */
  readonly underWayUntil?: string;
  /** The receiver said that it will never take it. */
  readonly hopeless?: true;
  /** The window that it is gathered in, to be told by a digest instead of singly. */
  readonly held?: string;
  /** Id of the delivery of the digest that tells of it. */
  readonly digest?: string;
}

/** Loose: what a newer version has added stays when this one changes the record. */
const deliverySchema = z.looseObject({
  notification: z.looseObject({
    id: z.string(),
    about: z.string(),
    data: z.json(),
    sender: z.string(),
    identifier: z.string(),
    at: z.string(),
  }),
  receiver: z.string(),
  rulebook: z.string(),
  job: z.string(),
  state: z.enum(DeliveryState),
  attempts: z.number(),
  lastError: z.string().exactOptional(),
  failedAt: z.string().exactOptional(),
  deliveredAt: z.string().exactOptional(),
  buriedAt: z.string().exactOptional(),
  burials: z.number().default(0),
  notBefore: z.string().exactOptional(),
  underWayUntil: z.string().exactOptional(),
  hopeless: z.literal(true).exactOptional(),
  held: z.string().exactOptional(),
  digest: z.string().exactOptional(),
  members: z.string().exactOptional(),
});

/** @throws CorruptDeliveryError */
export function parseDelivery(id: string, body: JsonObject): Delivery {
  const parsed = deliverySchema.safeParse(body);
  if (!parsed.success) throw new CorruptDeliveryError(id, z.prettifyError(parsed.error));
  return { id, ...parsed.data };
}

/** The body of a delivery's document. */
export function deliveryBody(delivery: Delivery): JsonObject {
  const { id: _, notification, ...rest } = delivery;
  return { notification: notificationBody(notification), ...rest };
}

function notificationBody(notification: Notification): JsonValue {
  return { ...notification };
}
