import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import type { ApiDependencies } from '../api/dependencies.ts';
import { type RunningApi, startApi } from '../api/serve.ts';
import { createScheduleDesk } from '../api/schedules/temporal-schedule-desk.ts';
import { createTemporalCheck, createWorkflowService } from '../api/workflow-service.ts';
import type { OpenJar } from '../cookiejar/open-jar.ts';
import type { Settings } from '../configs/settings.ts';
import { Ledger } from '../deliveries/ledger.ts';
import { codeOf } from '../embedded/thrown.ts';
import { readTriggers } from '../periodic/triggers/report.ts';
import { readWorkerReports } from '../periodic/user-workers/worker-reports.ts';
import { listRetrievals } from '../retrieval/retrieval-log.ts';
import { RulebookStore } from '../rulebook/versions/rulebook-store.ts';
import { SimilarReader } from '../similarity/analysis/similar-reader.ts';
import type { WakeCookie } from '../workflows/client/wake.ts';
import type { Lifetime } from './lifetime.ts';

/** What an API process is made of. */
export interface ServeApiOptions {
  readonly settings: Settings;
  readonly client: Client;
  readonly store: OpenJar;
  readonly wake: WakeCookie;
  readonly log: Logger;
}

/** Hosts that only programs on this machine reach. */
const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);

/**
 * Serves the HTTP API.
 * @throws Error where it would listen beyond this machine without a token, or its port is taken
 */
export async function serveApi(options: ServeApiOptions, lifetime: Lifetime): Promise<RunningApi> {
  const { settings, log } = options;
  const { host, port, tokens, bodyLimitBytes } = settings.api;
  if (!LOOPBACK.has(host) && tokens.length === 0) {
    throw new Error(
      `the API would listen on ${host} for everybody: set COOKIE_MONSTER_API_TOKEN, or HOST to 127.0.0.1`,
    );
  }
  const logger = log.child({ part: 'api' }, { level: 'warn' });
  try {
    const api = await startApi(dependencies(options), { host, port, tokens, bodyLimit: bodyLimitBytes, logger });
    lifetime.add('the API', async () => api.close());
    log.info({ url: api.url }, 'API listens');
    return api;
  } catch (error) {
    if (codeOf(error) !== 'EADDRINUSE') throw error;
    throw new Error(
      `port ${port} on ${host}, wanted for the API, is taken: set PORT to another one, or 0 for any free one`,
      {
        cause: error,
      },
    );
  }
}

function dependencies({ client, store, wake }: ServeApiOptions): ApiDependencies {
  const { jar, documents } = store;
  return {
    jar,
    wake,
    workflows: createWorkflowService(client),
    deadLetters: new Ledger(documents),
    rules: new RulebookStore(documents),
    retrievals: { newest: async (limit) => (await listRetrievals(documents)).slice(0, limit) },
    schedules: createScheduleDesk(client),
    triggers: { of: async (worker) => (await readTriggers(documents, worker))?.triggers ?? [] },
    workerReports: { read: async () => readWorkerReports(documents) },
    similar: new SimilarReader(documents),
    checks: { couchdb: async () => store.ping(), temporal: createTemporalCheck(client) },
  };
}
