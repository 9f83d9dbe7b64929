import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { acceptsJson } from './accept.ts';
import { type ApiToken, type IdentifyToken, refuseBeyondAccess } from './authorization.ts';
import { MethodNotAllowedError, NotFoundError, RequestRefusedError, UnauthorizedError } from './errors.ts';
import { type HostRules, refuseOtherSites } from './host-check.ts';
import { refuseAmbiguous } from './message-check.ts';
import type { RateLimits } from './rate-limits.ts';
import { type RouteTable, pathOf } from './route-table.ts';
import { SECURITY_HEADERS } from './security-headers.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** What it brought to be let in; null where no token is asked for. */
    token: ApiToken | null;
    /** Whether it has passed the gate. */
    admitted: boolean;
  }
}

/** Whom the gate lets in. */
export interface GateRules {
  readonly routes: RouteTable;
  /** Undefined where no token is asked for. */
  readonly identify: IdentifyToken | undefined;
  readonly hosts: HostRules;
  readonly limits: RateLimits;
}

/** Anybody may ask this: it says no more than that the process lives. */
const OPEN_PATH = '/healthz';

/**
 * Looks at every request before anything else does, in this order: can it be read in one way only (400, 417),
 * does it take JSON (406), does it mean this host (421)
 * and come from no other site (403), may it ask (401), so often (429) and for that (403), is there such a path (404) with
 * such a method (405), and is its URL readable (400).
 */
export function guardRequests(app: FastifyInstance, rules: GateRules): void {
  app.decorateRequest('token', null);
  app.decorateRequest('admitted', false);
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(SECURITY_HEADERS);
    await admitRequest(request, rules);
    if (request.is404) return answerUnrouted(request, reply, rules.routes);
    refuseUnreadable(request);
    forgetTypeOfEmptyBody(request);
    return undefined;
  });
}

/**
 * Lets a request in, whatever it asks for.
 * @throws RequestRefusedError
 */
export async function admitRequest(request: FastifyRequest, rules: GateRules): Promise<void> {
  refuseAmbiguous(request.raw);
  refuseOtherFormats(request);
  if (pathOf(request.url) !== OPEN_PATH) await admit(request, rules);
}

async function admit(request: FastifyRequest, { identify, hosts, limits }: GateRules): Promise<void> {
  refuseOtherSites(request, hosts);
  if (identify !== undefined) {
    request.token = identify(request.headers.authorization) ?? null;
    if (request.token === null) {
      await limits.countStranger(request);
      throw new UnauthorizedError();
    }
  }
  await limits.count(request);
  refuseBeyondAccess(request, request.token ?? undefined);
  request.admitted = true;
}

function refuseOtherFormats({ headers }: Pick<FastifyRequest, 'headers'>): void {
  if (acceptsJson(headers.accept)) return;
  throw new RequestRefusedError(406, 'answers are application/json only: the Accept header must be sent and take it');
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
