import type { Delivery } from '../../../deliveries/delivery.ts';
import { cookieWorkflowId } from '../../../workflows/client/workflow-ids.ts';
import { deliveryWorkflowId } from '../../../workflows/messages.ts';
import type { Ledgers } from '../ledgers.ts';
import { runningOf, type Sight } from './sight.ts';

/**
 * Whether a waiting delivery that nobody hands on may be for the Reconciler to find: its cookie's workflow was ended by the
 * deletion of the cookie; or a judgement went on in one process, which died, while another process repeated it, of a
 * cookie that had changed since, so that the workflow knows of what the repetition told only.
 */
export function isLeftBehind(delivery: Delivery, notes: Ledgers, sight: Sight): boolean {
  const { id, notification } = delivery;
  const cookie = notes.cookies.get(notification.identifier);
  if (cookie?.deliversAll === true) return false;
  const running = new Set(runningOf(sight).map((workflow) => workflow.id));
  if ([cookieWorkflowId(notification.identifier), deliveryWorkflowId(id)].some((one) => running.has(one))) return false;
  return cookie?.deleted === true || sight.deliveries.some((other) => isOfRepetition(other, delivery));
}

function isOfRepetition(other: Delivery, { job, receiver, notification }: Delivery): boolean {
  const { id, sender } = other.notification;
  return other.job === job && other.receiver === receiver && sender === notification.sender && id !== notification.id;
}
