import { ApplicationFailure, condition, proxyActivities, setHandler } from '@temporalio/workflow';
import {
  type DeliverNotificationInput,
  type ProcessCookieInput,
  type RunPeriodicWorkerInput,
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

const { work } = proxyActivities<{ work(): Promise<unknown> }>({
  startToCloseTimeout: '1 minute',
  retry: { initialInterval: '10 milliseconds' },
});

/** Answers, fails, works or stays as its worker's name says. */
export async function runPeriodicWorker({ worker }: RunPeriodicWorkerInput): Promise<unknown> {
  if (worker.includes('Failing')) throw ApplicationFailure.nonRetryable('the folder is gone');
  if (worker.includes('Talkative')) return 'x'.repeat(10_000);
  if (worker.includes('Working')) return work();
  if (worker.includes('Staying')) await condition(() => false);
  return { stored: 3 };
}
