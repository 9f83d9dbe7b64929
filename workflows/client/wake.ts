import { randomUUID } from 'node:crypto';
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  type ProcessCookieInput,
  TASK_QUEUE,
  type Wake,
  type WakeKind,
  WorkflowType,
  wakeSignal,
} from '../messages.ts';
import { cookieWorkflowId, cutToBytes } from './workflow-ids.ts';

/** How a cookie is woken. */
export interface WakeOptions {
  /** It is one of many that nobody waits for: while much is under way it waits, and lets others pass. @default false */
  readonly inBulk?: boolean;
  /** Ends such waiting, with its reason. A wake that was handed to Temporal is not called back. */
  readonly signal?: AbortSignal;
}

/** Wakes cookies: their workflow looks at them now, or once more if it is looking already. */
export type WakeCookie = (identifier: string, kind: WakeKind, options?: WakeOptions) => Promise<void>;

/** Each turn of the race between a closing workflow and its starter takes milliseconds; this many never happen in a row. */
const MAX_TURNS = 20;
const MAX_JITTER_MS = 50;

/** How a person finds the workflow in Temporal's UI: its summary is the start of the identifier. */
const SUMMARY_BYTES = 180;

/** In Temporal's words, 1 to 5, from first to last: where tasks wait for a worker, those of single wakes go first. */
const PRIORITY = { single: 2, bulk: 4 } as const;

/**
 * Wakes by starting eagerly: the worker whose connection `client` shares gets the first workflow task with the answer.
 * A running workflow is signalled instead; one that ends in between is started after all.
 */
export function createEagerWake(client: Client): WakeCookie {
  return async (identifier, kind, options) => {
    const wake = newWake(kind);
    for (let turn = 1; ; turn++) {
      if (await startEagerly(client, identifier, wake, options)) return;
      if (await signalRunning(client, identifier, wake)) return;
      if (turn === MAX_TURNS) throw new Error(`could neither start nor signal ${cookieWorkflowId(identifier)}`);
      await jitter();
    }
  };
}

/** Wakes from a process that runs no workflows of its own. */
export function createRemoteWake(client: Client): WakeCookie {
  return async (identifier, kind, options) => {
    const wake = newWake(kind);
    await client.workflow.signalWithStart(WorkflowType.ProcessCookie, {
      ...startOptions(identifier, wake, options),
      signal: wakeSignal,
      signalArgs: [wake],
      // The signal carries the wake; were it an argument too, it would be served twice.
      args: [{ identifier, wakes: [] } satisfies ProcessCookieInput],
    });
  };
}

async function startEagerly(
  client: Client,
  identifier: string,
  wake: Wake,
  options: WakeOptions | undefined,
): Promise<boolean> {
  try {
    await client.workflow.start(WorkflowType.ProcessCookie, {
      ...startOptions(identifier, wake, options),
      requestEagerStart: true,
      workflowIdConflictPolicy: 'FAIL',
    });
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
}

async function signalRunning(client: Client, identifier: string, wake: Wake): Promise<boolean> {
  try {
    await client.workflow.getHandle(cookieWorkflowId(identifier)).signal(wakeSignal, wake);
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

function startOptions(identifier: string, wake: Wake, { inBulk = false }: WakeOptions = {}) {
  return {
    workflowId: cookieWorkflowId(identifier),
    taskQueue: TASK_QUEUE,
    staticSummary: cutToBytes(identifier, SUMMARY_BYTES),
    priority: { priorityKey: inBulk ? PRIORITY.bulk : PRIORITY.single },
    args: [{ identifier, wakes: [wake] } satisfies ProcessCookieInput] as [ProcessCookieInput],
  };
}

function newWake(kind: WakeKind): Wake {
  return { id: randomUUID(), kind };
}

async function jitter(): Promise<void> {
  await new Promise((resolve) => {
    setTimeout(resolve, Math.random() * MAX_JITTER_MS);
  });
}
