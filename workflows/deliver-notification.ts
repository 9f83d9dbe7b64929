import { isCancellation, setCurrentDetails } from '@temporalio/workflow';
import { deliveryActivities, fastThenSturdy, localActivities, sturdyActivities } from './fast-then-sturdy.ts';
import type { DeliverNotificationInput } from './messages.ts';

/**
 * Hands one notification to one receiver until it takes it; after the configured attempts the delivery is kept as a
 * dead letter. A workflow of its own, so that a receiver in trouble delays neither its cookie nor other receivers.
 */
export async function deliverNotification({ delivery }: DeliverNotificationInput): Promise<string> {
  // Were it to fail here, nobody would make the delivery any more.
  const policy = await fastThenSturdy(
    () => localActivities.deliveryPolicy(),
    () => sturdyActivities().deliveryPolicy(),
  );
  setCurrentDetails(`Delivery ${delivery}: at most ${policy.attempts} attempts`);
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
