import { STATUS_CODES } from 'node:http';
import { ServiceError } from '@temporalio/client';
import { z } from 'zod';
import {
  DocumentTooLargeError,
  InvalidEnrichmentError,
  InvalidIdentifierError,
  JarClosedError,
  StoreUnavailableError,
} from '../cookiejar/errors.ts';
import { UnknownDeliveryError } from '../deliveries/errors.ts';
import { InvalidRequestError, RequestRefusedError, UnavailableError } from './errors.ts';

/** Media type of every error's body (RFC 9457). */
export const PROBLEM_TYPE = 'application/problem+json';

/** The body of every error: problem details of RFC 9457. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  instance: z.string(),
  /** Every fault of an invalid request and its place. */
  errors: z.array(z.object({ place: z.string(), reason: z.string() })).optional(),
});

/** Problem details as they go over the wire. */
export type Problem = z.output<typeof problemSchema>;

/** Where and as which request an error came up. */
export interface Occurrence {
  /** The path asked for. */
  readonly instance: string;
  /** Id under which the log speaks of the request. */
  readonly request: string;
}

/** Errors of what the server stands on that a later try may be spared. */
const OUTAGES = [StoreUnavailableError, JarClosedError, ServiceError];

/** Tells an error to a client: what it did wrong, but nothing of the inside of the server. */
export function toProblem(error: unknown, { instance, request }: Occurrence): Problem {
  const status = statusOf(error);
  const detail = isForClients(error, status) ? wordingOf(error, status) : failureWording(status, request);
  return {
    // The status says it all: no type of our own is needed.
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail,
    instance,
    ...(error instanceof InvalidRequestError ? { errors: [...error.faults] } : {}),
  };
}

function isForClients(error: unknown, status: number): error is Error {
  return error instanceof UnavailableError || (error instanceof Error && status < 500);
}

function wordingOf(error: Error, status: number): string {
  return status === 415 ? 'bodies are taken as application/json only, in UTF-8 and not compressed' : error.message;
}

function failureWording(status: number, request: string): string {
  const what = status === 503 ? 'what the server stands on does not answer now' : 'the server failed';
  return `${what}; its log tells more (${request})`;
}

function statusOf(error: unknown): number {
  if (error instanceof RequestRefusedError || error instanceof UnavailableError) return error.status;
  if (error instanceof InvalidIdentifierError || error instanceof InvalidEnrichmentError) return 400;
  if (error instanceof DocumentTooLargeError) return error.status;
  if (error instanceof UnknownDeliveryError) return 404;
  if (OUTAGES.some((outage) => error instanceof outage)) return 503;
  return statusFromFramework(error);
}

/** Fastify's own errors say their status; one that does not is ours to have prevented. */
function statusFromFramework(error: unknown): number {
  if (typeof error !== 'object' || error === null || !('statusCode' in error) || !('code' in error)) return 500;
  const { statusCode, code } = error;
  // A client that hung up, or sent what is no HTTP, in the middle of its body was answered, or is gone.
  const isFrameworks = typeof code === 'string' && (code.startsWith('FST_ERR_') || code === 'ECONNRESET');
  return isFrameworks && typeof statusCode === 'number' && statusCode >= 400 ? statusCode : 500;
}
