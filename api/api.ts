import Fastify, {
  type FastifyBaseLogger,
  type FastifyHttpOptions,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type RawServerDefault,
} from 'fastify';
import { type ZodTypeProvider, serializerCompiler } from 'fastify-type-provider-zod';
import { type ApiToken, identifyBy } from './authorization.ts';
import { type Change, tellChanges } from './changes.ts';
import { answerClientError, refuseTunnel } from './client-error.ts';
import type { ApiDependencies } from './dependencies.ts';
import { answerError } from './error-answer.ts';
import { takeJsonBodies } from './json-body.ts';
import { QueueReader } from './queue-reader.ts';
import type { HostRules } from './host-check.ts';
import { limitRates } from './rate-limits.ts';
import { admitRequest, type GateRules, guardRequests } from './request-gate.ts';
import { keepRouteTable } from './route-table.ts';
import { registerCookieRoutes } from './routes/cookies.ts';
import { registerHealthRoutes } from './routes/health.ts';
import { registerNotificationRoutes } from './routes/notifications.ts';
import { registerParkedRoute } from './routes/parked.ts';
import { registerPushRoute } from './routes/push.ts';
import { registerQueueRoutes } from './routes/queue.ts';
import { registerRetrievalsRoute } from './routes/retrievals.ts';
import { registerRulesRoute } from './routes/rules.ts';
import { registerScheduleRoutes } from './routes/schedules.ts';
import { registerSimilarRoutes } from './routes/similar.ts';
import { registerStartPage } from './routes/start-page.ts';
import { SECURITY_HEADERS } from './security-headers.ts';
import type { TypedApp } from './typed-app.ts';
import { validatorCompiler } from './validation.ts';
import { WakeDesk } from './wake-desk.ts';

/** How the API behaves. */
export interface ApiOptions {
  /** @default none */
  readonly logger?: FastifyBaseLogger;
  /** The largest body, in bytes. @default 16777216 */
  readonly bodyLimit?: number;
  /** Bearer tokens, one of which every request but `GET /healthz` must bring; none are asked for where there are none. */
  readonly tokens?: readonly ApiToken[];
  /** Which host names are answered, besides those of this machine itself. @default no others */
  readonly hosts?: HostRules;
  /** How often one client may ask; more than that is 429. @default as often as it likes */
  readonly maxRequestsPerSecond?: number;
  /** Told of every request that was let in and is no mere look. */
  readonly onChange?: (change: Change) => void;
  /** How long a client may take to send its headers, in milliseconds. @default 10000 */
  readonly headersTimeoutMs?: number;
  /** How long `GET /readyz` waits for each answer, in milliseconds. @default 2000 */
  readonly checkTimeoutMs?: number;
}

const BODY_LIMIT = 16 * 1024 * 1024;
const CHECK_TIMEOUT_MS = 2000;

/** What clients may take of the server's time, in milliseconds. */
const TIMEOUTS = {
  /** For sending a request whole. */
  requestTimeout: 60_000,
  /** For a handler, where its route says no other: the jar waits through outages, clients should not. */
  handlerTimeout: 30_000,
  /** For a connection on which nothing moves; more than the longest handler. */
  connectionTimeout: 660_000,
  /** Between two requests on one connection. */
  keepAliveTimeout: 5_000,
} as const;

/** An identifier of 4,096 bytes, each of them percent-encoded, and the usual headers. */
const MAX_HEADER_BYTES = 32 * 1024;

/** Connections at once: each costs memory, also one that sends nothing. */
const MAX_CONNECTIONS = 2000;

const HEADERS_TIMEOUT_MS = 10_000;

/** Of a part of a path, in characters; Temporal takes no longer names. */
const MAX_PARAM_LENGTH = 1000;

/** The HTTP API as a Fastify app that does not listen yet. */
export function createApi(dependencies: ApiDependencies, options: ApiOptions = {}): FastifyInstance {
  const app: FastifyInstance = Fastify(serverOptions(options, async (request) => admitRequest(request, rules)));
  app.server.maxConnections = MAX_CONNECTIONS;
  app.server.on('connect', refuseTunnel);
  // The gate looks at expectations: Node's own answer says nothing.
  app.server.on('checkExpectation', (...request) => app.server.emit('request', ...request));
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler(answerError);
  takeJsonBodies(app);
  const rules: GateRules = {
    routes: keepRouteTable(app),
    identify: identifyBy(options.tokens ?? []),
    hosts: options.hosts ?? { hosts: [], strict: true },
    limits: limitRates(app, options.maxRequestsPerSecond),
  };
  guardRequests(app, rules);
  if (options.onChange !== undefined) tellChanges(app, options.onChange);
  registerRoutes(app.withTypeProvider<ZodTypeProvider>(), dependencies, options);
  return app;
}

function registerRoutes(app: TypedApp, dependencies: ApiDependencies, options: ApiOptions): void {
  const { wake, workflows, deadLetters, rules, retrievals, checks } = dependencies;
  const desk = new WakeDesk(wake);
  registerStartPage(app);
  registerQueueRoutes(app, new QueueReader(dependencies, desk), desk);
  registerParkedRoute(app, dependencies.parked);
  registerCookieRoutes(app, dependencies, desk);
  registerPushRoute(app, dependencies, desk);
  registerNotificationRoutes(app, { deadLetters, workflows });
  registerRulesRoute(app, rules);
  registerRetrievalsRoute(app, retrievals);
  registerScheduleRoutes(app, dependencies);
  registerSimilarRoutes(app, dependencies);
  registerHealthRoutes(app, checks, options.checkTimeoutMs ?? CHECK_TIMEOUT_MS);
}

type Admit = (request: FastifyRequest) => Promise<void>;

function serverOptions(
  { logger, bodyLimit = BODY_LIMIT, headersTimeoutMs = HEADERS_TIMEOUT_MS }: ApiOptions,
  admit: Admit,
) {
  return {
    ...(logger === undefined ? {} : { loggerInstance: logger }),
    ...TIMEOUTS,
    bodyLimit,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    http: {
      maxHeaderSize: MAX_HEADER_BYTES,
      // The gate asks for it, and says so.
      requireHostHeader: false,
      headersTimeout: headersTimeoutMs,
      // How often Node looks whether somebody is too late.
      connectionsCheckingInterval: Math.ceil(headersTimeoutMs / 4),
    },
    // Closing waits for answers under way, but not for connections that wait for a next request.
    forceCloseConnections: 'idle',
    clientErrorHandler: answerClientError,
    frameworkErrors: (error, request, reply) => void answerUnroutable(error, request, reply, admit),
  } satisfies FastifyHttpOptions<RawServerDefault>;
}

/** Hooks do not run where a URL cannot be read, so that what comes before must be asked for here. */
async function answerUnroutable(
  error: Error,
  request: FastifyRequest,
  reply: FastifyReply,
  admit: Admit,
): Promise<void> {
  reply.headers(SECURITY_HEADERS);
  try {
    await admit(request);
    answerError(error, request, reply);
  } catch (refused) {
    answerError(refused, request, reply);
  }
}
