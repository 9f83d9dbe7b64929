import type PouchDB from 'pouchdb';
import { z } from 'zod';
import { withPublicId } from './documents.ts';
import { CouchError } from './errors.ts';
import { fromStoredId } from './stored-id.ts';

const flag = z.enum(['true', 'false']).transform((text) => text === 'true');

const parametersSchema = z.object({
  feed: z.literal('normal').default('normal'),
  since: z.union([z.literal('now'), z.coerce.number().int().nonnegative()]).default(0),
  limit: z.coerce.number().int().positive().optional(),
  descending: flag.default(false),
  include_docs: flag.default(false),
  style: z.enum(['main_only', 'all_docs']).default('main_only'),
});

/** Answers `_changes`, the normal feed only. @throws CouchError */
export async function changes(database: PouchDB, query: unknown): Promise<object> {
  const parsed = parametersSchema.safeParse(query);
  if (!parsed.success) throw new CouchError(400, 'bad_request', z.prettifyError(parsed.error));
  const { since, limit, descending, include_docs, style } = parsed.data;
  const { update_seq: newest } = await database.info();
  const from = since === 'now' ? newest : since;
  const answer = await database.changes({
    since: from,
    ...(limit !== undefined && { limit }),
    descending,
    include_docs,
    style,
  });
  const results = answer.results.map((change) => ({
    ...change,
    id: fromStoredId(change.id),
    ...(change.doc && { doc: withPublicId(change.doc) }),
  }));
  // PouchDB repeats a number that it never came to.
  const last = results.length === 0 && !descending ? Math.min(answer.last_seq, newest) : answer.last_seq;
  // As many at most: a document that changed again counts once only.
  const pending = descending ? 0 : Math.max(0, newest - last);
  return { results, last_seq: last, pending };
}
