import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { WorkflowType } from '../../workflows/messages.ts';

/** How long workflow tasks waited for a worker, by a sample of histories. */
export interface Latencies {
  /** Milliseconds of each task. */
  readonly waits: readonly number[];
  /** Milliseconds from the start of each workflow to its end. */
  readonly durations: readonly number[];
}

const SAMPLE = 500;
const AT_ONCE = 10;

/** Reads the histories of some workflows, spread evenly over all that there were. */
export async function measureLatencies(client: Client, expected: number): Promise<Latencies> {
  const stride = Math.max(1, Math.floor(expected / SAMPLE));
  const waits: number[] = [];
  const durations: number[] = [];
  const reading = new Set<Promise<number>>();
  let index = 0;
  for await (const workflow of client.workflow.list({ query: `WorkflowType="${WorkflowType.ProcessCookie}"` })) {
    if (index++ % stride !== 0) continue;
    durations.push((workflow.closeTime?.getTime() ?? Number.NaN) - workflow.startTime.getTime());
    const read = readWaits(client, workflow)
      .then((found) => waits.push(...found))
      .finally(() => reading.delete(read));
    reading.add(read);
    if (reading.size >= AT_ONCE) await Promise.race(reading);
  }
  await Promise.all(reading);
  return { waits, durations };
}

async function readWaits(client: Client, { workflowId, runId }: WorkflowExecutionInfo): Promise<number[]> {
  const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  const scheduled = new Map<string, number>();
  const waits: number[] = [];
  for (const {
    eventId,
    eventTime,
    workflowTaskScheduledEventAttributes,
    workflowTaskStartedEventAttributes,
  } of events ?? []) {
    const at = Number(eventTime?.seconds ?? 0) * 1000 + (eventTime?.nanos ?? 0) / 1e6;
    if (workflowTaskScheduledEventAttributes) scheduled.set(String(eventId), at);
    const begun = scheduled.get(String(workflowTaskStartedEventAttributes?.scheduledEventId));
    if (workflowTaskStartedEventAttributes && begun !== undefined) waits.push(at - begun);
  }
  return waits;
}
