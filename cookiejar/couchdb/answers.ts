import { z } from 'zod';
import { StoreUnavailableError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import { isPlainObject } from '../plain-json.ts';

/** A document as the store has it. */
export type StoredDocument =
  | { readonly kind: 'absent' }
  | { readonly kind: 'deleted'; readonly revision: string }
  | { readonly kind: 'live'; readonly revision: string; readonly body: JsonObject };

const documentSchema = z.custom<JsonObject>(isPlainObject);

const rowSchema = z.object({
  key: z.string(),
  value: z.object({ rev: z.string(), deleted: z.boolean().optional() }).optional(),
  doc: documentSchema.nullish(),
  error: z.string().optional(),
});

/** One row of `_all_docs`. */
export type Row = z.infer<typeof rowSchema>;

const rowsSchema = z.object({ rows: z.array(rowSchema) });

const outcomeSchema = z.object({
  id: z.string(),
  rev: z.string().optional(),
  error: z.string().optional(),
  reason: z.string().optional(),
});

/** What became of one document of a `_bulk_docs`; written if it has no error. */
export type WriteOutcome = z.infer<typeof outcomeSchema>;

const changesSchema = z.object({
  results: z.array(
    z.object({
      id: z.string(),
      deleted: z.boolean().default(false),
      changes: z.tuple([z.object({ rev: z.string() })], z.unknown()),
    }),
  ),
  last_seq: z.union([z.string(), z.number()]).transform(String),
  pending: z
    .number()
    .nullish()
    .transform((pending) => pending ?? undefined),
});

/** An answer of `_changes`. */
export type ChangesAnswer = z.infer<typeof changesSchema>;

/** @throws StoreUnavailableError where the answer is not one of `_changes` */
export function parseChanges(answer: unknown): ChangesAnswer {
  return parse(changesSchema, answer, '_changes');
}

/** @throws StoreUnavailableError where the answer is not one of `_all_docs` */
export function parseRows(answer: unknown): Row[] {
  return parse(rowsSchema, answer, '_all_docs').rows;
}

/** @throws StoreUnavailableError where the answer is not one of `_bulk_docs` */
export function parseOutcomes(answer: unknown): WriteOutcome[] {
  return parse(z.array(outcomeSchema), answer, '_bulk_docs');
}

/** @throws StoreUnavailableError where the store found the document but could not read it */
export function toStoredDocument({ key, value, doc, error }: Row): StoredDocument {
  if (value?.deleted === true) return { kind: 'deleted', revision: value.rev };
  if (value !== undefined && doc) return { kind: 'live', revision: value.rev, body: withoutMeta(doc) };
  if (error === 'not_found') return { kind: 'absent' };
  throw new StoreUnavailableError(`CouchDB could not read the document '${key}': ${error ?? 'it gave no body'}`);
}

/** A body without what the store adds to it. */
function withoutMeta(document: JsonObject): JsonObject {
  const { _id: _, _rev: __, ...body } = document;
  return body;
}

function parse<T>(schema: z.ZodType<T>, answer: unknown, what: string): T {
  const parsed = schema.safeParse(answer);
  // Something between here and the store answered in its place: a proxy, a login page.
  if (!parsed.success) throw new StoreUnavailableError(`what came for ${what} is no answer of CouchDB's`);
  return parsed.data;
}

/** The number that a revision starts with: how many there were up to it. */
export function generation(revision: string): number {
  return Number.parseInt(revision, 10);
}
