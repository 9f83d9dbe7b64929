import { DeliveryState } from '../deliveries/delivery.ts';
import type { DeadLetters, WorkflowService } from './dependencies.ts';
import { RequestRefusedError } from './errors.ts';

/** What redelivery needs. */
export interface RedeliveryDependencies {
  readonly deadLetters: DeadLetters;
  readonly workflows: Pick<WorkflowService, 'restartDelivery'>;
}

/** Dead letters read and started at a time. */
const PAGE = 20;

/**
 * Sends a dead letter again; one that is still being tried is tried at once.
 * @throws UnknownDeliveryError
 * @throws RequestRefusedError 409 where its receiver has taken it
 */
export async function redeliverOne(dependencies: RedeliveryDependencies, id: string): Promise<void> {
  if (await redeliver(dependencies, id)) return;
  throw new RequestRefusedError(409, `the delivery ${JSON.stringify(id)} has reached its receiver`);
}

/** Sends all dead letters again, or those of one receiver. @returns how many */
export async function redeliverAll(
  dependencies: RedeliveryDependencies,
  receiver: string | undefined,
): Promise<number> {
  let redelivered = 0;
  let page = await dependencies.deadLetters.dead(undefined, PAGE);
  while (page.length > 0) {
    const wanted = page.filter((letter) => receiver === undefined || letter.receiver === receiver);
    const sent = await Promise.all(wanted.map(async ({ id }) => redeliver(dependencies, id)));
    redelivered += sent.filter(Boolean).length;
    page = await dependencies.deadLetters.dead(page.at(-1)?.id, PAGE);
  }
  return redelivered;
}

/** @returns false where the receiver has taken it */
async function redeliver({ deadLetters, workflows }: RedeliveryDependencies, id: string): Promise<boolean> {
  // Revived first: a workflow that found it dead would leave it so.
  const { state } = await deadLetters.revive(id);
  if (state === DeliveryState.Delivered) return false;
  await workflows.restartDelivery(id);
  return true;
}
