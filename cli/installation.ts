import type { Logger } from 'pino';
import type { RunningApi } from '../api/serve.ts';
import type { JsonValue } from '../cookiejar/json.ts';
import type { OpenJar } from '../cookiejar/open-jar.ts';
import type { Settings } from '../configs/settings.ts';
import { startWorkerProcess, type WorkerProcess } from '../workers/worker-process.ts';
import type { Client } from '@temporalio/client';
import type { Lifetime } from './lifetime.ts';
import { makeHome } from './make-home.ts';
import { openStore } from './open-store.ts';
import { serveApi } from './serve-api.ts';
import { connectNative, provideServers, type Servers } from './stores.ts';

/** A whole Cookie Monster in one process tree. */
export interface Installation {
  readonly servers: Servers;
  readonly client: Client;
  readonly store: OpenJar;
  readonly worker: WorkerProcess;
  readonly api: RunningApi;
  /** Rejects when something it stands on fails. */
  readonly failed: Promise<never>;
}

/** Starts servers where none are named, a worker and the API. */
export async function startInstallation(
  settings: Settings,
  lifetime: Lifetime,
  log: Logger,
  onProgress?: (worker: string, progress: JsonValue | undefined) => void,
): Promise<Installation> {
  makeHome(settings.home);
  const servers = await provideServers(settings, lifetime, log);
  const { connection, client } = await connectNative(settings, servers, lifetime);
  const store = await openStore(settings, servers, lifetime, log);
  const worker = await startWorkerProcess({
    settings,
    connection,
    client,
    store,
    log,
    ...(onProgress === undefined ? {} : { onProgress }),
  });
  lifetime.add('the worker', async () => worker.close());
  const api = await serveApi({ settings, client, store, wake: worker.wake, log }, lifetime);
  return { servers, client, store, worker, api, failed: Promise.race([servers.failed, worker.failed]) };
}
