import type { FastifyInstance } from 'fastify';
import { type ApiOptions, createApi } from './api.ts';
import type { ApiDependencies } from './dependencies.ts';

/** Where the API listens, besides how it behaves. */
export interface ServeOptions extends ApiOptions {
  /** @default '127.0.0.1': nobody but this machine */
  readonly host?: string;
  /** 0 for any free one. @default 5000 */
  readonly port?: number;
  /** How long closing waits for answers under way, in milliseconds. @default 5000 */
  readonly graceMs?: number;
}

/** An API that listens. */
export interface RunningApi {
  /** Its base URL, e.g. `http://127.0.0.1:5000`. */
  readonly url: string;
  /** Takes no more requests, finishes those under way within the grace period, and frees the port. */
  close(): Promise<void>;
}

const GRACE_MS = 5000;

/** Starts the API. Rejects with Node's own error where the address cannot be had, `EADDRINUSE` say. */
export async function startApi(dependencies: ApiDependencies, options: ServeOptions = {}): Promise<RunningApi> {
  const { host = '127.0.0.1', port = 5000, graceMs = GRACE_MS } = options;
  const app = createApi(dependencies, options);
  try {
    const url = await app.listen({ host, port });
    return { url, close: async () => closeWithin(app, graceMs) };
  } catch (error) {
    await app.close();
    throw error;
  }
}

async function closeWithin(app: FastifyInstance, graceMs: number): Promise<void> {
  const timer = setTimeout(() => {
    app.server.closeAllConnections();
  }, graceMs);
  try {
    await app.close();
  } finally {
    clearTimeout(timer);
  }
}
