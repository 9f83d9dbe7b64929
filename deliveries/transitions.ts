import { safeText } from '../cookiejar/safe-text.ts';
import type { Delivery, DeliveryRequest } from './delivery.ts';

/** The longest error that is kept, in UTF-16 units. */
const MAX_ERROR = 2000;

/** The record of a delivery that was not tried yet. */
export function waiting(id: string, { notification, receiver, rulebook, job }: DeliveryRequest): Delivery {
  return { id, notification, receiver, rulebook, job, state: 'waiting', attempts: 0, burials: 0 };
}

/** After the receiver took it: for good, whatever else is said of it later. */
export function delivered(delivery: Delivery, at: string): Delivery {
  return delivery.state === 'delivered' ? delivery : { ...delivery, state: 'delivered', deliveredAt: at };
}

/** After a failed attempt; the same attempt, known by its instant, counts once. */
export function failed(delivery: Delivery, error: string, at: string): Delivery {
  const lastError = safeText(error, MAX_ERROR);
  const isKnown = delivery.failedAt === at && delivery.lastError === lastError;
  if (delivery.state === 'delivered' || isKnown) return delivery;
  return { ...delivery, attempts: delivery.attempts + 1, lastError, failedAt: at };
}

/** Given up. Only what waits, and was given up one time less than `burial`, can be. */
export function buried(delivery: Delivery, at: string, burial: number): Delivery {
  if (delivery.state !== 'waiting' || delivery.burials + 1 !== burial) return delivery;
  return { ...delivery, state: 'dead', buriedAt: at, burials: burial };
}

/** To be tried again, with all attempts before it. Only what is dead can be. */
export function revived(delivery: Delivery): Delivery {
  return delivery.state === 'dead' ? { ...delivery, state: 'waiting', attempts: 0 } : delivery;
}
