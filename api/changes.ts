import type { FastifyInstance } from 'fastify';

/** A request that may have changed something, as a log tells it. */
export interface Change {
  /** Name of the token that it brought; null where none is asked for. */
  readonly token: string | null;
  readonly address: string;
  readonly method: string;
  readonly url: string;
  readonly status: number;
}

const LOOKS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Whether requests of this method are made to change something. */
export function isChange(method: string): boolean {
  return !LOOKS.has(method);
}

/** Tells of every request that was let in and is no mere look, once it is answered. */
export function tellChanges(app: FastifyInstance, tell: (change: Change) => void): void {
  app.addHook('onResponse', async ({ method, url, ip, admitted, token }, { statusCode }) => {
    if (!admitted || !isChange(method)) return;
    tell({ token: token?.name ?? null, address: ip, method, url, status: statusCode });
  });
}
