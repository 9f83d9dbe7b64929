import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ParentClosePolicy, startChild } from '@temporalio/workflow';
import { deliverNotification } from './deliver-notification.ts';
import { deliveryWorkflowId } from './messages.ts';

/** Leaves a delivery to a workflow of its own, unless it is on its way already. */
export async function continueElsewhere(delivery: string): Promise<void> {
  try {
    await startChild(deliverNotification, {
      workflowId: deliveryWorkflowId(delivery),
      args: [{ delivery }],
      parentClosePolicy: ParentClosePolicy.ABANDON,
    });
  } catch (error) {
    // What is repeated hands over what is on its way already.
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
