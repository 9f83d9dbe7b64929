import rateLimit, { normalizeIP } from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { TooManyRequestsError } from './errors.ts';

/** Counts requests against their limits. */
export interface RateLimits {
  /** Counts a request of somebody who may ask. @throws TooManyRequestsError */
  count(request: FastifyRequest): Promise<void>;
  /** Counts a request that brings no valid token, and logs the first of a minute. @throws TooManyRequestsError */
  countStranger(request: FastifyRequest): Promise<void>;
}

const SECOND_MS = 1000;
const MINUTE_MS = 60_000;

/** Requests a second without a valid token, of one address: more are a mistake or an attack. */
const MAX_OF_STRANGERS = 20;

type Limit = (request: FastifyRequest) => Promise<number | undefined>;

/**
 * Limits requests by token and address, those without a valid token by address alone. An address that fails is not shut
 * out: many clients may share it, behind a proxy say.
 * @param perSecond of each client; undefined for as many as they like
 */
export function limitRates(app: FastifyInstance, perSecond: number | undefined): RateLimits {
  void app.register(rateLimit, { global: false });
  const ofClients = limit(app, SECOND_MS, perSecond);
  const ofStrangers = limit(app, SECOND_MS, Math.min(MAX_OF_STRANGERS, perSecond ?? Infinity));
  const ofComplaints = limit(app, MINUTE_MS, 1);
  return {
    count: async (request) => {
      refuse(await ofClients(request), perSecond);
    },
    countStranger: async (request) => {
      const exceeded = await ofStrangers(request);
      if ((await ofComplaints(request)) === undefined) complain(request);
      refuse(exceeded, MAX_OF_STRANGERS);
    },
  };
}

/** @returns after how many seconds to ask again, where a request is one too many */
function limit(app: FastifyInstance, windowMs: number, max: number | undefined): Limit {
  if (max === undefined) return async () => Promise.resolve(undefined);
  // A limit below one a second is one in several seconds.
  const options = max < 1 ? { max: 1, timeWindow: windowMs / max } : { max, timeWindow: windowMs };
  let check: ReturnType<FastifyInstance['createRateLimit']> | undefined;
  return async (request) => {
    // The plugin is there only once the app is ready.
    check ??= app.createRateLimit({ ...options, keyGenerator: clientOf });
    const found = await check(request);
    return found.isAllowed || !found.isExceeded ? undefined : Math.max(1, found.ttlInSeconds);
  };
}

function clientOf({ ip, token }: FastifyRequest): string {
  return `${token?.name ?? ''}@${normalizeIP(ip)}`;
}

function refuse(retryAfter: number | undefined, perSecond: number | undefined): void {
  if (retryAfter !== undefined) throw new TooManyRequestsError(perSecond ?? 0, retryAfter);
}

function complain({ log, ip, method, headers }: FastifyRequest): void {
  const reason = headers.authorization === undefined ? 'no token' : 'an unknown token';
  log.warn({ address: ip, method, reason }, 'requests without a valid token are refused (told once a minute)');
}
