import type { Notification } from '../../deliveries/notification.ts';
import type { Awaitable } from './awaitable.ts';
import type { Context } from './context.ts';
import { FUNCTION, ID, brand, checkDefinition } from './definition.ts';
import { RETRY, type ReceiverRetry } from './receiver-retry.ts';

/** Takes notifications out of the house. */
export interface Receiver {
  /** Unique among the receivers of the rulebook. */
  readonly id: string;
  /** Whether it wants this notification: any truthy answer says yes. @default it wants all */
  readonly accepts?: (notification: Notification) => Awaitable<boolean>;
  /**
   * Takes one notification, at least once; a repeat has the same `id`. It fails by throwing; the error may have
   * `retryAfter` (seconds, or the text of an HTTP `Retry-After` header: when to come again) or `retryable: false` (it is
   * given up at once).
   */
  readonly receive: (notification: Notification, context: Context) => Awaitable<void>;
  /** How it is tried again where it fails. @default as configured for all receivers */
  readonly retry?: ReceiverRetry;
}

/**
 * Makes a notification receiver; export it from a file of the rules folder.
 * @throws InvalidDefinitionError naming what is wrong and what is allowed
 */
export function defineReceiver(receiver: Receiver): Receiver {
  checkDefinition('receiver', receiver, {
    id: ID,
    accepts: { ...FUNCTION, optional: true },
    receive: FUNCTION,
    retry: RETRY,
  });
  return brand('receiver', receiver);
}
