import { type Client, isGrpcServiceError, WorkflowNotFoundError } from '@temporalio/client';
import { cookieWorkflowId } from '../workflows/client/workflow-ids.ts';
import { type DeliverNotificationInput, deliveryWorkflowId, TASK_QUEUE, WorkflowType } from '../workflows/messages.ts';
import { RequestRefusedError } from './errors.ts';
import type { Check, RunningDeliveries, WorkflowService } from './dependencies.ts';
import { openPageToken, sealPageToken } from './page-token.ts';

/** A count is worth waiting for this long; the last one stands in then. */
const COUNT_TIMEOUT_MS = 2000;
const RUNNING_DELIVERIES = `WorkflowType="${WorkflowType.DeliverNotification}" AND ExecutionStatus="Running"`;
const NO_PAGE = "after: must be the 'next' of a page before";
/** By these statuses of gRPC Temporal refuses a token: INVALID_ARGUMENT. */
const REFUSALS: ReadonlySet<number> = new Set([3]);
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
    runningDeliveries: async (limit, after) => listRunning(client, limit, after),
    restartDelivery: async (delivery, burial) => {
      await client.workflow.start(WorkflowType.DeliverNotification, {
        workflowId: deliveryWorkflowId(delivery),
        taskQueue: TASK_QUEUE,
        args: [{ delivery, burial } satisfies DeliverNotificationInput],
        // The run that gave the delivery up may not have closed yet; another one may wait minutes for its next attempt.
        workflowIdConflictPolicy: 'TERMINATE_EXISTING',
      });
    },
  };
}

/** Visibility lists them by their workflows' ids. */
async function listRunning(client: Client, limit: number, after: string | undefined): Promise<RunningDeliveries> {
  const token = after === undefined ? undefined : openPageToken(after);
  if (after !== undefined && token === undefined) throw new RequestRefusedError(400, NO_PAGE);
  const request = {
    namespace: client.options.namespace,
    query: RUNNING_DELIVERIES,
    pageSize: limit,
    ...(token !== undefined && { nextPageToken: token }),
  };
  const { executions, nextPageToken } = await client
    .withDeadline(Date.now() + COUNT_TIMEOUT_MS, async () => client.workflowService.listWorkflowExecutions(request))
    .catch((error: unknown) => {
      if (token === undefined || !isGrpcServiceError(error) || !REFUSALS.has(error.code)) throw error;
      throw new RequestRefusedError(400, NO_PAGE, { cause: error });
    });
  const ids = (executions ?? []).map(({ execution }) =>
    (execution?.workflowId ?? '').slice(deliveryWorkflowId('').length),
  );
  return { ids, ...(nextPageToken?.length && { next: sealPageToken(nextPageToken) }) };
}

/** Asks a Temporal server whether it answers. */
export function createTemporalCheck(client: Client): Check {
  // By deadline, not by the signal: an aborted call of the SDK goes on being repeated behind one's back.
  return async () =>
    client.withDeadline(Date.now() + CHECK_TIMEOUT_MS, async () => client.workflowService.getSystemInfo({}));
}
