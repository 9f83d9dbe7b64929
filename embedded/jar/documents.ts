import type PouchDB from 'pouchdb';
import type { PouchDocument, PouchFailure, PouchWritten } from 'pouchdb';
import { z } from 'zod';
import { CouchError } from './errors.ts';
import { fromStoredId, toStoredId } from './stored-id.ts';

const bulkSchema = z.object({
  docs: z.array(z.looseObject({ _id: z.string().exactOptional() })),
  new_edits: z.boolean().default(true),
});

const bulkGetSchema = z.object({ docs: z.array(z.object({ id: z.string(), rev: z.string().optional() })) });

const pouchErrorSchema = z.object({
  status: z.number(),
  name: z.string(),
  message: z.string().optional(),
  reason: z.string().optional(),
});

/** A document with the id that the client knows. */
export function withPublicId(document: PouchDocument): PouchDocument {
  const { _id: id } = document;
  return id === undefined ? document : { ...document, _id: fromStoredId(id) };
}

/** Reads one document. @throws CouchError */
export async function getDocument(
  database: PouchDB,
  id: string,
  options: { rev?: string; conflicts?: boolean; revs?: boolean },
): Promise<PouchDocument> {
  return withPublicId(await translated(async () => database.get(toStoredId(id), options)));
}

/** Writes one document. @throws CouchError */
export async function putDocument(database: PouchDB, document: PouchDocument): Promise<PouchWritten> {
  const stored = withStoredId(document);
  const written = await translated(async () =>
    idOf(stored) === undefined ? database.post(stored) : database.put(stored),
  );
  return publicWritten(written);
}

/** Deletes one document. @throws CouchError */
export async function deleteDocument(database: PouchDB, id: string, rev: string | undefined): Promise<PouchWritten> {
  if (rev === undefined) {
    await getDocument(database, id, {});
    throw new CouchError(409, 'conflict', 'Document update conflict.');
  }
  return publicWritten(await translated(async () => database.remove(toStoredId(id), rev)));
}

/** Answers `_bulk_docs`. @throws CouchError */
export async function bulkDocs(database: PouchDB, body: unknown): Promise<object[]> {
  const parsed = bulkSchema.safeParse(body);
  if (!parsed.success) throw new CouchError(400, 'bad_request', z.prettifyError(parsed.error));
  const { docs, new_edits } = parsed.data;
  const documents = docs.map((document) => withStoredId(document));
  const outcomes = await translated(async () => database.bulkDocs(documents, { new_edits }));
  return outcomes.map((outcome, index) => publicOutcome(outcome, idOf(docs[index])));
}

/** Answers `_bulk_get`. @throws CouchError */
export async function bulkGet(database: PouchDB, body: unknown): Promise<object> {
  const parsed = bulkGetSchema.safeParse(body);
  if (!parsed.success) throw new CouchError(400, 'bad_request', z.prettifyError(parsed.error));
  const results = parsed.data.docs.map(async ({ id, rev }) => ({ id, docs: [await bulkGetOne(database, id, rev)] }));
  return { results: await Promise.all(results) };
}

async function bulkGetOne(database: PouchDB, id: string, rev: string | undefined): Promise<object> {
  try {
    return { ok: await getDocument(database, id, rev === undefined ? {} : { rev }) };
  } catch (error) {
    if (!(error instanceof CouchError)) throw error;
    return { error: { id, rev: rev ?? 'undefined', error: error.error, reason: error.message } };
  }
}

function idOf(document: PouchDocument | undefined): string | undefined {
  const { _id: id } = document ?? {};
  return id;
}

function withStoredId(document: PouchDocument): PouchDocument {
  const { _id: id } = document;
  return id === undefined ? document : { ...document, _id: toStoredId(id) };
}

function publicWritten(written: PouchWritten): PouchWritten {
  return { ...written, id: fromStoredId(written.id) };
}

function publicOutcome(outcome: PouchWritten | PouchFailure, id: string | undefined): object {
  if (!('error' in outcome)) return publicWritten(outcome);
  const { error, message } = couchError(outcome);
  return { id: id ?? (outcome.id === undefined ? null : fromStoredId(outcome.id)), error, reason: message };
}

async function translated<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw couchError(error);
  }
}

/** CouchDB's words for PouchDB's errors; an error of another kind stays as it is. */
function couchError(error: unknown): CouchError {
  const parsed = pouchErrorSchema.safeParse(error);
  if (!parsed.success) throw error;
  const { status, name, reason, message = name } = parsed.data;
  if (name === 'conflict') return new CouchError(409, name, 'Document update conflict.');
  if (name === 'not_found') return new CouchError(404, name, reason ?? message);
  if (name === 'doc_validation') return new CouchError(400, name, message);
  return new CouchError(status, name, message);
}
