import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import type { ApiDependencies } from '../api/dependencies.ts';
import { type RunningApi, startApi } from '../api/serve.ts';
import { createScheduleDesk } from '../api/schedules/temporal-schedule-desk.ts';
import { createTemporalCheck, createWorkflowService } from '../api/workflow-service.ts';
import { Errands } from '../cookiejar/errands.ts';
import type { OpenJar } from '../cookiejar/open-jar.ts';
import { ParkedCookies } from '../cookiejar/parked-cookies.ts';
import type { Settings } from '../configs/settings.ts';
import { Ledger } from '../deliveries/ledger.ts';
import { codeOf } from '../embedded/thrown.ts';
import { readTriggers } from '../periodic/triggers/report.ts';
import { readWorkerReports } from '../periodic/user-workers/worker-reports.ts';
import { ReconcilerBook } from '../reconciling/reconciler-state.ts';
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

const NO_ADDRESS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is taken: set PORT to another one, or 0 for any free one',
  EADDRNOTAVAIL: "is none of this machine's: set HOST to an address that it has",
  ENOTFOUND: 'cannot be had, nobody knows that host: set HOST to an address of this machine',
};

/**
 * Serves the HTTP API.
 * @throws OpenToStrangersError where it would listen beyond this machine without a token
 * @throws Error where its port is taken, or its host is none
 */
export async function serveApi(options: ServeApiOptions, lifetime: Lifetime): Promise<RunningApi> {
  const { settings, log } = options;
  const { host, port, tokens, hosts, maxRequestsPerSecond, bodyLimitBytes: bodyLimit } = settings.api;
  const ownLog = log.child({ part: 'api' });
  try {
    const api = await startApi(dependencies(options), {
      host,
      port,
      tokens,
      hosts,
      maxRequestsPerSecond,
      bodyLimit,
      // Every request would have two lines; who changes something is told in one.
      logger: ownLog.child({}, { level: 'warn' }),
      onChange: (change) => ownLog.info(change, 'a change was asked for over the API'),
    });
    lifetime.add('the API', async () => api.close());
    log.info({ url: api.url }, 'API listens');
    return api;
  } catch (error) {
    const reason = NO_ADDRESS[codeOf(error) ?? ''];
    if (reason === undefined) throw error;
    throw new Error(`port ${port} on ${host}, wanted for the API, ${reason}`, { cause: error });
  }
}

function dependencies({ client, store, wake }: ServeApiOptions): ApiDependencies {
  const { jar, documents } = store;
  return {
    jar,
    wake,
    workflows: createWorkflowService(client),
    deadLetters: new Ledger(documents),
    errands: new Errands(documents),
    parked: new ParkedCookies(documents),
    reconciler: new ReconcilerBook(documents),
    rules: new RulebookStore(documents),
    retrievals: { newest: async (limit) => (await listRetrievals(documents)).slice(0, limit) },
    schedules: createScheduleDesk(client),
    triggers: { of: async (worker) => (await readTriggers(documents, worker))?.triggers ?? [] },
    workerReports: { read: async () => readWorkerReports(documents) },
    similar: new SimilarReader(documents),
    checks: { couchdb: async () => store.ping(), temporal: createTemporalCheck(client) },
  };
}
