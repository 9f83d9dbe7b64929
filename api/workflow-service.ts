import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { cookieWorkflowId } from '../workflows/client/workflow-ids.ts';
import { type DeliverNotificationInput, deliveryWorkflowId, TASK_QUEUE, WorkflowType } from '../workflows/messages.ts';
import type { Check, WorkflowService } from './dependencies.ts';

/** A count is worth waiting for this long; the last one stands in then. */
const COUNT_TIMEOUT_MS = 2000;
const CHECK_TIMEOUT_MS = 1000;

/** Counts, stops and starts workflows through a Temporal client. */
export function createWorkflowService(client: Client): WorkflowService {
  return {
    count: async (query) =>
      client.withDeadline(Date.now() + COUNT_TIMEOUT_MS, async () => (await client.workflow.count(query)).count),
    stopCookie: async (identifier, reason) => {
      try {
        await client.workflow.getHandle(cookieWorkflowId(identifier)).terminate(reason);
        return true;
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return false;
        throw error;
      }
    },
    restartDelivery: async (delivery) => {
      await client.workflow.start(WorkflowType.DeliverNotification, {
        workflowId: deliveryWorkflowId(delivery),
        taskQueue: TASK_QUEUE,
        args: [{ delivery } satisfies DeliverNotificationInput],
        // The run that gave the delivery up may not have closed yet; another one may wait minutes for its next attempt.
        workflowIdConflictPolicy: 'TERMINATE_EXISTING',
      });
    },
  };
}

/** Asks a Temporal server whether it answers. */
export function createTemporalCheck(client: Client): Check {
  // By deadline, not by the signal: an aborted call of the SDK goes on being repeated behind one's back.
  return async () =>
    client.withDeadline(Date.now() + CHECK_TIMEOUT_MS, async () => client.workflowService.getSystemInfo({}));
}
