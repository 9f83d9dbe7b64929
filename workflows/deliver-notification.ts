import { isCancellation, setCurrentDetails } from '@temporalio/workflow';
import { deliveryActivities, fastThenSturdy, localActivities, sturdyActivities } from './fast-then-sturdy.ts';
import type { DeliverNotificationInput } from './messages.ts';

/**
 * Hands one notification to one receiver until it takes it; after its receiver's attempts the delivery is kept as a
 * dead letter. A workflow of its own, so that a receiver in trouble delays neither its cookie nor other receivers.
 */
export async function deliverNotification({ delivery, burial }: DeliverNotificationInput): Promise<string> {
  // Here and not before: whoever sends it again may die between reviving it and starting this.
  if (burial !== undefined) await sturdyActivities().revive({ delivery, burial });
  // Were it to fail here, nobody would make the delivery any more.
  const policy = await fastThenSturdy(
    () => localActivities.deliveryPolicy(delivery),
    () => sturdyActivities().deliveryPolicy(delivery),
  );
  setCurrentDetails(`Delivery ${delivery}: at most ${policy.attempts} attempts`);
  // For what is not the receiver's failure: where it fails, the attempt says when the next one is due.
  const backoff = {
    initialInterval: policy.backoffMs,
    backoffCoefficient: 2,
    maximumInterval: policy.maximumIntervalMs,
  };
  try {
    await deliveryActivities(backoff).redeliver(delivery);
    return 'delivered';
  } catch (failure) {
    if (isCancellation(failure)) throw failure;
    await sturdyActivities().bury(delivery);
    return 'dead';
  }
}
