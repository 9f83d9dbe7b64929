import type { FastifyInstance } from 'fastify';
import { type ApiOptions, createApi } from './api.ts';
import type { ApiDependencies } from './dependencies.ts';
import { OpenToStrangersError } from './errors.ts';
import { isLoopbackHost } from './loopback.ts';

/** Where the API listens, besides how it behaves. */
export interface ServeOptions extends Omit<ApiOptions, 'hosts'> {
  /** Further host names that are answered. Beyond loopback, all are where none is given. @default [] */
  readonly hosts?: readonly string[];
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

/**
 * Starts the API. Rejects with Node's own error where the address cannot be had, `EADDRINUSE` say.
 * @throws OpenToStrangersError where it would listen beyond this machine without a token
 */
export async function startApi(dependencies: ApiDependencies, options: ServeOptions = {}): Promise<RunningApi> {
  const { host = '127.0.0.1', port = 5000, graceMs = GRACE_MS, hosts = [], tokens = [] } = options;
  const isLocal = await isLoopbackHost(host);
  if (!isLocal && tokens.length === 0) throw new OpenToStrangersError(host);
  const app = createApi(dependencies, {
    ...options,
    hosts: { hosts: [host, ...hosts], strict: isLocal || hosts.length > 0 },
  });
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
