import { proxyLocalActivities } from '@temporalio/workflow';

const { nothing } = proxyLocalActivities<{ nothing(): Promise<void> }>({ startToCloseTimeout: '2 seconds' });

/** The least that a durable workflow per file can do: one local activity that does nothing. */
export async function bare(): Promise<void> {
  await nothing();
}
