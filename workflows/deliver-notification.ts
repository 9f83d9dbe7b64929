import { isCancellation, setCurrentDetails } from '@temporalio/workflow';
import { localActivities, sturdyActivities } from './fast-then-sturdy.ts';
import type { DeliverNotificationInput } from './messages.ts';

/**
 * Hands one notification to one receiver until it takes it; after the configured attempts the delivery is kept as a
 * dead letter. A workflow of its own, so that a receiver in trouble delays neither its cookie nor other receivers.
 */
export async function deliverNotification({ delivery, alreadyTried = 0 }: DeliverNotificationInput): Promise<string> {
  const policy = await localActivities.deliveryPolicy();
  const attempts = Math.max(1, policy.attempts - alreadyTried);
  setCurrentDetails(`Delivery ${delivery}: at most ${attempts} more attempts`);
  const backoff = {
    initialInterval: policy.backoffMs,
    backoffCoefficient: 2,
    maximumInterval: policy.maximumIntervalMs,
  };
  try {
    await sturdyActivities(attempts, backoff).redeliver(delivery);
    return 'delivered';
  } catch (failure) {
    if (isCancellation(failure)) throw failure;
    await sturdyActivities().bury(delivery);
    return 'dead';
  }
}
