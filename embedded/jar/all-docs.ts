import type PouchDB from 'pouchdb';
import type { PouchRange, PouchRow } from 'pouchdb';
import { z } from 'zod';
import { CouchError } from './errors.ts';
import { withPublicId } from './documents.ts';
import { fromStoredId, toStoredId } from './stored-id.ts';

const parametersSchema = z.object({
  keys: z.array(z.string()).optional(),
  key: z.string().optional(),
  startkey: z.string().optional(),
  start_key: z.string().optional(),
  endkey: z.string().optional(),
  end_key: z.string().optional(),
  inclusive_end: z.boolean().default(true),
  limit: z.number().int().nonnegative().optional(),
  skip: z.number().int().nonnegative().default(0),
  descending: z.boolean().default(false),
  include_docs: z.boolean().default(false),
  conflicts: z.boolean().default(false),
});

/** Sorts after all stored ids. Without an upper bound PouchDB leaves out ids that start beyond Latin-1. */
const AFTER_ALL = '\uFFFF';

type Parameters = z.infer<typeof parametersSchema>;

/**
 * Answers `_all_docs`.
 * @param given from the query, its values as JSON text, or from the body
 * @throws CouchError
 */
export async function allDocs(database: PouchDB, given: Record<string, unknown>): Promise<object> {
  const parsed = parametersSchema.safeParse(given);
  if (!parsed.success) throw new CouchError(400, 'query_parse_error', z.prettifyError(parsed.error));
  const keys = parsed.data.keys ?? (parsed.data.key === undefined ? undefined : [parsed.data.key]);
  return keys ? byKeys(database, keys, parsed.data) : byRange(database, parsed.data);
}

/** The parameters of a query: JSON where CouchDB takes JSON. @throws CouchError */
export function queryParameters(query: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(query).map(([name, value]) => [name, parseParameter(name, value)]));
}

async function byKeys(database: PouchDB, keys: readonly string[], parameters: Parameters): Promise<object> {
  const { skip, limit, descending, include_docs } = parameters;
  const ordered = descending ? keys.toReversed() : keys;
  const asked = ordered.slice(skip, limit === undefined ? undefined : skip + limit).map(toStoredId);
  const { total_rows, rows } = await database.allDocs({ keys: asked, include_docs });
  return { total_rows, offset: null, rows: rows.map(publicRow) };
}

async function byRange(database: PouchDB, parameters: Parameters): Promise<object> {
  const { inclusive_end, limit, skip, descending, include_docs, conflicts } = parameters;
  const first = descending ? AFTER_ALL : undefined;
  const last = descending ? undefined : AFTER_ALL;
  const start = storedKey(parameters.startkey ?? parameters.start_key) ?? first;
  const end = storedKey(parameters.endkey ?? parameters.end_key) ?? last;
  const range: PouchRange = {
    ...(start !== undefined && { startkey: start }),
    ...(end !== undefined && { endkey: end }),
    ...(limit !== undefined && { limit }),
    inclusive_end,
    skip,
    descending,
    include_docs,
    conflicts,
  };
  const { total_rows, rows } = await database.allDocs(range);
  return { total_rows, offset: skip, rows: rows.map(publicRow) };
}

function storedKey(key: string | undefined): string | undefined {
  return key === undefined ? undefined : toStoredId(key);
}

function publicRow(row: PouchRow): object {
  return {
    ...row,
    ...(row.id !== undefined && { id: fromStoredId(row.id) }),
    key: fromStoredId(row.key),
    ...(row.doc && { doc: withPublicId(row.doc) }),
  };
}

function parseParameter(name: string, value: unknown): unknown {
  try {
    return typeof value === 'string' ? JSON.parse(value) : value;
  } catch {
    throw new CouchError(400, 'bad_request', `invalid UTF-8 JSON in the parameter ${name}`);
  }
}
