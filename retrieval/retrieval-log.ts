import { z } from 'zod';
import type { Documents } from '../cookiejar/cookie-jar.ts';
import type { JsonObject } from '../cookiejar/json.ts';

const recordSchema = z.object({
  worker: z.string(),
  since: z.string().nullable(),
  started_at: z.string(),
  duration_ms: z.number(),
  count: z.number(),
  stored: z.number(),
  woken: z.number(),
  most_recent: z.string().nullable(),
  failure: z.string().nullable(),
});

/** One retrieval, as the jar keeps it. Instants are ISO texts. */
export interface RetrievalRecord {
  /** Class name of the retriever. */
  readonly worker: string;
  /** What it asked its source for; null for everything. */
  readonly since: string | null;
  readonly started_at: string;
  readonly duration_ms: number;
  /** Updates that the source gave. */
  readonly count: number;
  /** Enrichments that were new. */
  readonly stored: number;
  /** Cookies woken. */
  readonly woken: number;
  /** Time stamp of the newest update so far, never later than `started_at`. */
  readonly most_recent: string | null;
  /** Why it did not come to its end; null if it did. */
  readonly failure: string | null;
}

/** How many records are kept of each retriever. */
export const KEPT_RETRIEVALS = 100;

const PREFIX = 'retrieval:';

/** Retrievals newest first, of one retriever or, without a name, each retriever's in turn. */
export async function listRetrievals(documents: Documents, worker?: string): Promise<RetrievalRecord[]> {
  const records: RetrievalRecord[] = [];
  for await (const { body } of documents.list(worker === undefined ? PREFIX : prefixOf(worker))) {
    const record = recordSchema.safeParse(body);
    if (record.success) records.push(record.data);
  }
  return records.toSorted((a, b) => (a.started_at < b.started_at ? 1 : -1));
}

/** Time stamp of the newest update that any retrieval up to the last success has seen; null if there was none. */
export async function newestSeen(documents: Documents, worker: string): Promise<string | null> {
  const success = (await listRetrievals(documents, worker)).find(({ failure }) => failure === null);
  return success?.most_recent ?? null;
}

/** Keeps a record, and drops the oldest beyond {@link KEPT_RETRIEVALS}, but never the last success. */
export async function recordRetrieval(documents: Documents, record: RetrievalRecord): Promise<void> {
  const write: JsonObject = { ...record };
  await documents.update(idOf(record), () => ({ result: undefined, write }));
  const records = await listRetrievals(documents, record.worker);
  const lastSuccess = records.find(({ failure }) => failure === null);
  const surplus = records.slice(KEPT_RETRIEVALS).filter((old) => old !== lastSuccess);
  for (const old of surplus) await documents.update(idOf(old), () => ({ result: undefined, remove: true }));
}

function idOf({ worker, started_at: startedAt }: RetrievalRecord): string {
  return prefixOf(worker) + startedAt;
}

function prefixOf(worker: string): string {
  return `${PREFIX}${worker}:`;
}
