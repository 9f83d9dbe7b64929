import { z } from 'zod';
import type { Documents } from '../../../cookiejar/cookie-jar.ts';
import type { JsonObject, JsonValue } from '../../../cookiejar/json.ts';
import type { Update } from '../../update-source.ts';
import type { PerQuery } from './queries.ts';
import { seenKeysSchema } from './seen-rows.ts';

/** Keys of many rows, in a document of their own. */
const seenDocumentSchema = z.object({ id: z.string(), first: z.number(), last: z.number(), count: z.number() });

const cursorSchema = z.object({
  /** Epoch second up to which everything was brought, late commits and all. */
  final: z.number(),
  /** What was brought of later seconds. */
  seen: z.object({ few: seenKeysSchema, many: z.array(seenDocumentSchema) }),
});

const updateSchema = z.object({
  target: z.string(),
  timestamp: z.string(),
  metadata: z.record(z.string(), z.json()),
});

const stateSchema = z.object({
  claim: z.number(),
  cursors: z.object({ data: cursorSchema, metadata: cursorSchema }),
  outbox: z.array(z.object({ count: z.number(), few: z.array(updateSchema), many: z.array(z.string()) })),
});

export type SeenDocument = z.output<typeof seenDocumentSchema>;
export type Cursor = z.output<typeof cursorSchema>;

/** The updates made of one window: in the main document itself, or where they are many by the ids of documents. */
export interface OutboxEntry {
  readonly count: number;
  readonly few: readonly Update[];
  readonly many: readonly string[];
}

/** The main document. */
export interface StateDocument {
  /** How many runs there were: the last one owns the documents. */
  readonly claim: number;
  readonly cursors: PerQuery<Cursor>;
  /** Updates that are the retrieval's to deliver, whatever becomes of the run that made them. */
  readonly outbox: readonly OutboxEntry[];
}

/** The main document, as a change function finds it. @throws ZodError for one that this program did not write */
export function parseState(body: JsonObject | undefined): StateDocument | undefined {
  return body === undefined ? undefined : stateSchema.parse(body);
}

/** The main document as the jar takes it. */
export function stateBody({ claim, cursors, outbox }: StateDocument): JsonObject {
  return {
    claim,
    cursors: { data: cursors.data, metadata: cursors.metadata },
    outbox: outbox.map(({ count, few, many }) => ({ count, few: few.map(updateBody), many })),
  };
}

/** An update as the jar takes it. */
export function updateBody({ target, timestamp, metadata }: Update): JsonObject {
  return { target, timestamp, metadata };
}

/** The keys that a document of keys holds; none if it is not there. */
export function parseKeys(body: JsonObject | undefined): Readonly<Record<string, readonly string[]>> {
  return z.object({ keys: seenKeysSchema }).safeParse(body).data?.keys ?? {};
}

/** The updates that a document of updates holds; none if it is not there. */
export function parseUpdates(body: JsonObject | undefined): readonly Update[] {
  return z.object({ updates: z.array(updateSchema) }).safeParse(body).data?.updates ?? [];
}

/** Writes a document whatever was there. */
export async function putDocument(documents: Documents, id: string, members: Record<string, JsonValue>): Promise<void> {
  await documents.update(id, () => ({ result: undefined, write: members }));
}

/** Removes documents that may be there. */
export async function removeDocuments(documents: Documents, ids: readonly string[]): Promise<void> {
  await Promise.all(
    ids.map((id) =>
      documents.update(id, (current) =>
        current === undefined ? { result: undefined } : { result: undefined, remove: true },
      ),
    ),
  );
}
