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
}

const deliverySchema = z.object({
  notification: z.object({
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
