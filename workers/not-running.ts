import { type Client, WorkflowNotFoundError } from '@temporalio/client';

/** From so many on it is cheaper to ask for all that run at once. */
const FEW = 200;
/** Questions to the server at a time. */
const IN_FLIGHT = 10;

/** How a workflow stands of which nothing is to be expected any more. */
const ENDED: ReadonlySet<string> = new Set(['COMPLETED', 'FAILED', 'CANCELLED', 'TERMINATED', 'TIMED_OUT']);

/**
 * Those of some workflows of one type that do not run. The list of all that run may be a moment behind, so that whoever is
 * not on it is asked for by name, which is exact.
 */
export async function notRunning(client: Client, type: string, ids: readonly string[]): Promise<Set<string>> {
  const listed = ids.length > FEW ? await runningOf(client, type) : new Set<string>();
  const asked = ids.filter((id) => !listed.has(id))[Symbol.iterator]();
  const ended = new Set<string>();
  const ask = async (): Promise<void> => {
    for (let next = asked.next(); next.done !== true; next = asked.next())
      if (!(await runs(client, next.value))) ended.add(next.value);
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, ask));
  return ended;
}

async function runningOf(client: Client, type: string): Promise<Set<string>> {
  const ids = new Set<string>();
  const query = `WorkflowType = "${type}" AND ExecutionStatus = "Running"`;
  for await (const { workflowId } of client.workflow.list({ query, pageSize: 1000 })) ids.add(workflowId);
  return ids;
}

async function runs(client: Client, id: string): Promise<boolean> {
  try {
    return !ENDED.has((await client.workflow.getHandle(id).describe()).status.name);
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}
