import { ApplicationFailure, condition, setHandler } from '@temporalio/workflow';
import {
  type DeliverNotificationInput,
  type ProcessCookieInput,
  type Wake,
  wakeSignal,
} from '../../workflows/messages.ts';

/** Waits for its wake, then completes, fails or stays as its cookie's name says. */
export async function processCookie({ identifier, wakes }: ProcessCookieInput): Promise<void> {
  const served: Wake[] = [...wakes];
  setHandler(wakeSignal, (wake) => {
    served.push(wake);
  });
  await condition(() => served.length > 0);
  if (identifier.includes('failing')) throw ApplicationFailure.nonRetryable('as its name says');
  if (identifier.includes('staying')) await condition(() => false);
}

/** Stays. */
export async function deliverNotification(_input: DeliverNotificationInput): Promise<void> {
  await condition(() => false);
}
