import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { acceptsJson } from './accept.ts';
import type { TokenCheck } from './authorization.ts';
import { MethodNotAllowedError, NotFoundError, RequestRefusedError, UnauthorizedError } from './errors.ts';
import { type RouteTable, pathOf } from './route-table.ts';

/** Anybody may ask this: it says no more than that the process lives. */
const OPEN_PATH = '/healthz';

/**
 * Looks at every request before anything else does, in this order: does it take JSON (406), may it ask (401), is there
 * such a path (404) with such a method (405), and is its URL readable (400).
 */
export function guardRequests(app: FastifyInstance, routes: RouteTable, isTokenValid: TokenCheck | undefined): void {
  app.addHook('onRequest', async (request, reply) => {
    refuseOtherFormats(request);
    if (isTokenValid !== undefined && pathOf(request.url) !== OPEN_PATH) refuseStrangers(request, isTokenValid);
    if (request.is404) return answerUnrouted(request, reply, routes);
    refuseUnreadable(request);
    forgetTypeOfEmptyBody(request);
    return undefined;
  });
}

/** @throws RequestRefusedError 406 */
export function refuseOtherFormats({ headers }: Pick<FastifyRequest, 'headers'>): void {
  if (acceptsJson(headers.accept)) return;
  throw new RequestRefusedError(406, 'answers are application/json only: the Accept header must be sent and take it');
}

function refuseStrangers({ headers }: FastifyRequest, isTokenValid: TokenCheck): void {
  if (!isTokenValid(headers.authorization)) throw new UnauthorizedError();
}

async function answerUnrouted(request: FastifyRequest, reply: FastifyReply, routes: RouteTable): Promise<FastifyReply> {
  const path = pathOf(request.url);
  const allowed = routes.methodsOf(path);
  if (allowed.length === 0) throw new NotFoundError(`there is nothing at ${path}; GET / tells what there is`);
  if (request.method !== 'OPTIONS') throw new MethodNotAllowedError(request.method, path, allowed);
  return reply.code(204).header('allow', allowed.join(', ')).send();
}

/** Fastify takes what it cannot read of a query as it stands, and cuts off what follows a `#`: another cookie's name. */
function refuseUnreadable({ url }: FastifyRequest): void {
  if (url.includes('#')) throw new RequestRefusedError(400, 'a # in a URL is written %23');
  try {
    decodeURIComponent(url);
  } catch (error) {
    throw new RequestRefusedError(400, 'the URL is not percent-encoded UTF-8', { cause: error });
  }
}

/** Some clients name a type for every request; where there is no body, it says nothing. */
function forgetTypeOfEmptyBody({ method, headers }: FastifyRequest): void {
  if (method === 'DELETE' && headers['content-length'] === '0') delete headers['content-type'];
}
