import {
  type Client,
  type ScheduleExecutionResult,
  type WorkflowExecutionDescription,
  WorkflowFailedError,
  type WorkflowHandle,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { defaultPayloadConverter, rootCause } from '@temporalio/common';
import { RUN_STATUSES, type RunStatus, type ScheduleRun } from './schedule-desk.ts';

/** Runs that have ended never change: these many are remembered. */
const MAX_REMEMBERED = 1000;
/** Longer answers of workers are cut, in characters of JSON. */
const MAX_RESULT = 4096;

type PendingActivity = NonNullable<WorkflowExecutionDescription['raw']['pendingActivities']>[number];
type Failure = NonNullable<PendingActivity['lastFailure']>;
type Started = Pick<ScheduleRun, 'workflow_id' | 'run_id' | 'due_at' | 'started_at'>;

const NOTHING = { ended_at: null, attempt: null, progress: null, result: null, failure: null } as const;

/** Reads how the runs that Schedules started stand. Asks the histories only, never the list of workflows. */
export class RunReader {
  readonly #client: Client;
  readonly #ended = new Map<string, ScheduleRun>();

  constructor(client: Client) {
    this.#client = client;
  }

  /** @throws ServiceError when Temporal does not answer */
  async read(action: ScheduleExecutionResult): Promise<ScheduleRun> {
    const started = startedBy(action);
    const remembered = this.#ended.get(started.run_id);
    if (remembered !== undefined) return remembered;
    const run = await this.#ask(started);
    if (run.ended_at !== null) this.#remember(run);
    return run;
  }

  async #ask(started: Started): Promise<ScheduleRun> {
    const handle = this.#client.workflow.getHandle(started.workflow_id, started.run_id, { followRuns: false });
    try {
      const description = await handle.describe();
      const status = statusOf(description);
      if (status === 'running') return { ...started, ...NOTHING, status, ...underWay(description) };
      const ended = description.closeTime?.toISOString() ?? null;
      return { ...started, ...NOTHING, status, ended_at: ended, ...(await outcomeOf(handle)) };
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return { ...started, ...NOTHING, status: 'gone' };
      throw error;
    }
  }

  #remember(run: ScheduleRun): void {
    this.#ended.set(run.run_id, run);
    const [oldest] = this.#ended.keys();
    if (this.#ended.size > MAX_REMEMBERED && oldest !== undefined) this.#ended.delete(oldest);
  }
}

function startedBy({ scheduledAt, takenAt, action: { workflow } }: ScheduleExecutionResult): Started {
  return {
    workflow_id: workflow.workflowId,
    run_id: workflow.firstExecutionRunId,
    due_at: scheduledAt.toISOString(),
    started_at: takenAt.toISOString(),
  };
}

function statusOf({ status }: WorkflowExecutionDescription): RunStatus {
  const name = status.name.toLowerCase();
  return RUN_STATUSES.find((known) => known === name) ?? 'running';
}

function underWay({ raw }: WorkflowExecutionDescription): Partial<ScheduleRun> {
  const [activity] = raw.pendingActivities ?? [];
  if (activity === undefined) return {};
  const { attempt, lastFailure } = activity;
  return { attempt: attempt ?? null, progress: progressOf(activity), failure: innermost(lastFailure) };
}

/** Null for what is not JSON: it was not said by a worker of ours. */
function progressOf({ heartbeatDetails }: PendingActivity): unknown {
  const [payload] = heartbeatDetails?.payloads ?? [];
  try {
    return payload === undefined ? null : (defaultPayloadConverter.fromPayload<unknown>(payload) ?? null);
  } catch {
    return null;
  }
}

function innermost(failure: Failure | null | undefined): string | null {
  return failure?.cause ? innermost(failure.cause) : (failure?.message ?? null);
}

async function outcomeOf(handle: WorkflowHandle): Promise<Pick<ScheduleRun, 'result' | 'failure'>> {
  try {
    return { result: shortened((await handle.result()) as unknown), failure: null };
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    return { result: null, failure: rootCause(error.cause) ?? error.message };
  }
}

function shortened(result: unknown): unknown {
  const text = JSON.stringify(result) ?? 'null';
  return text.length > MAX_RESULT ? `${text.slice(0, MAX_RESULT)}…` : (result ?? null);
}
