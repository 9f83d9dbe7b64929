import type { FastifyReply, FastifyRequest } from 'fastify';
import { MethodNotAllowedError, TooManyRequestsError, UnauthorizedError, UnavailableError } from './errors.ts';
import { PROBLEM_TYPE, toProblem } from './problem.ts';

/** Answers an error with problem details; the log gets what clients are not told. */
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const problem = toProblem(error, { instance: request.url, request: request.id });
  if (problem.status >= 500) request.log.error({ err: error, url: request.url }, 'a request failed');
  if (error instanceof MethodNotAllowedError) reply.header('allow', error.allowed.join(', '));
  if (error instanceof UnauthorizedError) reply.header('www-authenticate', 'Bearer');
  if (error instanceof UnavailableError && error.retryAfter !== undefined) {
    reply.header('retry-after', String(error.retryAfter));
  }
  if (error instanceof TooManyRequestsError) reply.header('retry-after', String(error.retryAfter));
  void reply.code(problem.status).type(PROBLEM_TYPE).send(problem);
}
