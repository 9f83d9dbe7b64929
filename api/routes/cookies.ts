import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { deleteCookie } from '../cookie-deletion.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { InvalidRequestError, NotFoundError } from '../errors.ts';
import { identifierSchema } from '../identifier.ts';
import { responses } from '../responses.ts';
import type { TypedApp } from '../typed-app.ts';
import type { WakeDesk } from '../wake-desk.ts';
import { whileWaitedFor } from '../while-waited-for.ts';

/** So long a deletion may wait for the jar before it begins. */
const ANSWER_WITHIN_MS = 60_000;

const cookieSchema = z.object({
  identifier: z.string(),
  enrichments: z.array(
    z.object({ source: z.string(), timestamp: z.string(), metadata: z.record(z.string(), z.unknown()) }),
  ),
});
const deletedSchema = z.object({ deleted: z.string() });

const ALONE = 'the identifier is taken alone; a & in an identifier is written %26';

/**
 * Given once: a second one makes it a list, which is no identifier. Nothing beside it: a `&` that was not written `%26`
 * would otherwise name, and delete, another cookie than the one that was meant.
 */
const byQuery = z.strictObject(
  { identifier: identifierSchema },
  { error: ({ code }) => (code === 'unrecognized_keys' ? ALONE : undefined) },
);
const byPath = z.object({ '*': z.string() });

/** Does something with a cookie; undefined where there is none of that identifier. */
type Attempt<T> = (identifier: string) => Promise<T | undefined>;

/** `/cookiejar`: reading and deleting cookies. */
export function registerCookieRoutes(
  app: TypedApp,
  dependencies: Pick<ApiDependencies, 'jar' | 'workflows' | 'deadLetters'>,
  desk: WakeDesk,
): void {
  const read: Attempt<z.output<typeof cookieSchema>> = async (identifier) => {
    const cookie = await dependencies.jar.fetch(identifier);
    return cookie && { identifier: cookie.identifier, enrichments: [...cookie.enrichments] };
  };
  const removeFor =
    (reply: FastifyReply): Attempt<z.output<typeof deletedSchema>> =>
    async (identifier) =>
      (await deleteCookie(dependencies, desk, identifier, whileWaitedFor(reply, ANSWER_WITHIN_MS)))
        ? { deleted: identifier }
        : undefined;

  const reading = responses(cookieSchema, 400, 404);
  app.get('/cookiejar', { schema: { querystring: byQuery, response: reading } }, async ({ query, url }) =>
    verbatim(query.identifier, url, read),
  );
  app.get('/cookiejar/*', { schema: { params: byPath, response: reading } }, async ({ params, query }) =>
    fromPath(params['*'], query, read),
  );

  const removing = responses(deletedSchema, 400, 404, 413, 415);
  app.delete('/cookiejar', { schema: { querystring: byQuery, response: removing } }, async ({ query, url }, reply) =>
    verbatim(query.identifier, url, removeFor(reply)),
  );
  app.delete('/cookiejar/*', { schema: { params: byPath, response: removing } }, async ({ params, query }, reply) =>
    fromPath(params['*'], query, removeFor(reply)),
  );
}

async function verbatim<T>(identifier: string, url: string, attempt: Attempt<T>): Promise<T> {
  // One at the end makes no parameter that the schema would see.
  if (url.includes('&')) throw new InvalidRequestError([{ place: 'query', reason: ALONE }]);
  return (await attempt(identifier)) ?? refuseUnknown(identifier);
}

/** A path's leading slash is easily lost in a URL: it is tried with one where there is no such cookie without. */
async function fromPath<T>(path: string, query: unknown, attempt: Attempt<T>): Promise<T> {
  refuseQuery(query);
  const identifier = checked(path);
  const found = await attempt(identifier);
  if (found !== undefined) return found;
  const withSlash = identifierSchema.safeParse(`/${identifier}`);
  if (identifier.startsWith('/') || !withSlash.success) return refuseUnknown(identifier);
  return (await attempt(withSlash.data)) ?? refuseUnknown(identifier);
}

function checked(path: string): string {
  const result = identifierSchema.safeParse(path);
  if (result.success) return result.data;
  throw new InvalidRequestError(result.error.issues.map(({ message }) => ({ place: 'path', reason: message })));
}

/** An unencoded question mark cuts an identifier short; the cookie of what is left may be quite another. */
function refuseQuery(query: unknown): void {
  if (typeof query !== 'object' || query === null || Object.keys(query).length === 0) return;
  const reason = 'not taken beside an identifier in the path; a ? in an identifier is written %3F';
  throw new InvalidRequestError([{ place: 'query', reason }]);
}

function refuseUnknown(identifier: string): never {
  throw new NotFoundError(`the jar has no cookie ${JSON.stringify(identifier)}`);
}
