import { safeText } from '../cookiejar/safe-text.ts';
import type { Delivery, DeliveryRequest } from './delivery.ts';

/** The longest error that is kept, in UTF-16 units. */
const MAX_ERROR = 2000;

/** The record of a delivery that was not tried yet. */
export function waiting(id: string, request: DeliveryRequest): Delivery {
  return { id, ...request, state: 'waiting', attempts: 0, burials: 0 };
}

/** After the receiver took it: for good, whatever else is said of it later. */
export function delivered(delivery: Delivery, at: string): Delivery {
  if (delivery.state === 'delivered') return delivery;
  const { underWayUntil: _, ...rest } = delivery;
  return { ...rest, state: 'delivered', deliveredAt: at };
}

/**
 * While an attempt lasts.
 * @param attempts the failed ones before it: an attempt that has failed meanwhile is not under way
 * @param until ISO instant
 */
export function underWay(delivery: Delivery, attempts: number, until: string): Delivery {
  const lasts = delivery.state === 'waiting' && delivery.attempts === attempts;
  return lasts ? { ...delivery, underWayUntil: until } : delivery;
}

/** What follows from a failed attempt. */
export interface FailureOutlook {
  /** ISO instant before which it is not tried again. */
  readonly notBefore?: string;
  /** Set where no attempt will ever succeed. */
  readonly hopeless?: true;
}

/** After a failed attempt; the same attempt, known by its instant, counts once. */
export function failed(delivery: Delivery, error: string, at: string, outlook: FailureOutlook = {}): Delivery {
  const lastError = safeText(error, MAX_ERROR);
  const isKnown = delivery.failedAt === at && delivery.lastError === lastError;
  if (delivery.state === 'delivered' || isKnown) return delivery;
  const { notBefore: _, underWayUntil: _until, ...rest } = delivery;
  return { ...rest, attempts: delivery.attempts + 1, lastError, failedAt: at, ...outlook };
}

/** Kept back for the digest of a window. Only what waits, and is not kept back already, can be. */
export function held(delivery: Delivery, window: string): Delivery {
  return delivery.state !== 'waiting' || delivery.held !== undefined ? delivery : { ...delivery, held: window };
}

/** Whether it is kept back in this window, and no digest tells of it so far. */
export function isGathering(delivery: Delivery, window: string): boolean {
  return delivery.state === 'waiting' && delivery.held === window && delivery.digest === undefined;
}

/** Told of by a digest, which is on its way. */
export function toldBy(delivery: Delivery, window: string, digest: string): Delivery {
  return isGathering(delivery, window) ? { ...delivery, digest } : delivery;
}

/** Given up. Only what waits, and was given up one time less than `burial`, can be. */
export function buried(delivery: Delivery, at: string, burial: number): Delivery {
  if (delivery.state !== 'waiting' || delivery.burials + 1 !== burial) return delivery;
  return { ...delivery, state: 'dead', buriedAt: at, burials: burial };
}

/** Given up with the digest that tells of it. */
export function buriedWith(digest: Delivery, delivery: Delivery, at: string, burial: number): Delivery {
  const after = buried(delivery, at, burial);
  const { lastError = 'no reason is known', failedAt } = digest;
  if (after === delivery) return delivery;
  return { ...after, lastError: safeText(`its digest: ${lastError}`, MAX_ERROR), ...(failedAt && { failedAt }) };
}

/**
 * To be tried again at once: what is dead with all attempts before it, and singly, also where a digest told of it.
 * @param burial the burial that it is revived from: one that came later stays
 */
export function revived(delivery: Delivery, burial = delivery.burials): Delivery {
  if (delivery.state === 'delivered' || delivery.burials !== burial) return delivery;
  const { notBefore, hopeless: _, ...rest } = delivery;
  if (delivery.state === 'waiting') return notBefore === undefined ? delivery : rest;
  const { held: _held, digest: _digest, ...single } = rest;
  return { ...single, state: 'waiting', attempts: 0 };
}
