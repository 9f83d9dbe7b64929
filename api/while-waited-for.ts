import type { FastifyReply } from 'fastify';

/**
 * Aborted when nobody waits for the answer any more, or after so long; the request's own signal is so as soon as its
 * body has been read.
 */
export function whileWaitedFor({ raw }: Pick<FastifyReply, 'raw'>, ms: number): AbortSignal {
  const end = new AbortController();
  const timer = setTimeout(() => end.abort(), ms);
  raw.once('close', () => {
    clearTimeout(timer);
    end.abort();
  });
  return end.signal;
}
