import type { Client } from '@temporalio/client';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { digestWorkflowId, stirSignal, TASK_QUEUE, type TellDigestInput, WorkflowType } from '../messages.ts';

/** What is started. */
export interface DigestStart {
  readonly input: TellDigestInput;
  /** What stands for the receiver in ids. */
  readonly receiverKey: string;
  /** Whether one that runs is to look at its window once more. */
  readonly stir: boolean;
}

/** Starts the workflow that ends a window, unless it runs. */
export async function startDigest(client: Client, { input, receiverKey, stir }: DigestStart): Promise<void> {
  const options = {
    workflowId: digestWorkflowId(receiverKey, input.window),
    taskQueue: TASK_QUEUE,
    args: [input] as [TellDigestInput],
  };
  if (stir) {
    await client.workflow.signalWithStart(WorkflowType.TellDigest, { ...options, signal: stirSignal, signalArgs: [] });
    return;
  }
  try {
    await client.workflow.start(WorkflowType.TellDigest, { ...options, workflowIdConflictPolicy: 'FAIL' });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
