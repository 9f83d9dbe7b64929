import type { Client } from '@temporalio/client';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { type DeliverNotificationInput, deliveryWorkflowId, TASK_QUEUE, WorkflowType } from '../messages.ts';

/** Starts the workflow that makes one delivery, unless it runs. */
export async function startDelivery(client: Client, delivery: string): Promise<void> {
  try {
    await client.workflow.start(WorkflowType.DeliverNotification, {
      workflowId: deliveryWorkflowId(delivery),
      taskQueue: TASK_QUEUE,
      args: [{ delivery } satisfies DeliverNotificationInput],
      workflowIdConflictPolicy: 'FAIL',
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
