import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, ScheduleOverlapPolicy } from '@temporalio/client';
import type { Documents } from '../../cookiejar/cookie-jar.ts';
import { listRetrievals, type RetrievalRecord } from '../../retrieval/retrieval-log.ts';
import { WorkflowType } from '../../workflows/messages.ts';

const LOOK_EVERY_MS = 500;
const FOLDER = 'FolderRetrieval';
/** A retrieval that fails is repeated; one that failed so often in a row will not do better. */
const HOPELESS = 3;

/** Has a retriever run now, unless it is at it. */
export async function retrieveNow(client: Client, worker = FOLDER): Promise<void> {
  await client.schedule.getHandle(worker).trigger(ScheduleOverlapPolicy.SKIP);
}

/** Waits for a retrieval begun after `since` to come to its end. @throws Error where it fails again and again */
export async function untilRetrieved(documents: Documents, since: Date, worker = FOLDER): Promise<RetrievalRecord> {
  for (;;) {
    const records = await listRetrievals(documents, worker);
    const recent = records.filter(({ started_at }) => Date.parse(started_at) >= since.getTime());
    const done = recent.find(({ failure }) => failure === null);
    if (done !== undefined) return done;
    const failure = recent[HOPELESS - 1] && recent[0]?.failure;
    if (typeof failure === 'string') throw new Error(`${worker} failed again and again: ${failure}`);
    await sleep(LOOK_EVERY_MS);
  }
}

/** Waits until no cookie is being processed, seen twice because what Temporal lists is a moment behind. */
export async function untilSettled(client: Client): Promise<void> {
  const query = `WorkflowType = "${WorkflowType.ProcessCookie}" AND ExecutionStatus = "Running"`;
  for (let quiet = 0; quiet < 2;) {
    await sleep(LOOK_EVERY_MS);
    const { count } = await client.workflow.count(query);
    quiet = count === 0 ? quiet + 1 : 0;
  }
}
