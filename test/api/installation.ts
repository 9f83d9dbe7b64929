import type { Client } from '@temporalio/client';
import type { NativeConnection } from '@temporalio/worker';
import type { ApiDependencies } from '../../api/dependencies.ts';
import { createScheduleDesk } from '../../api/schedules/temporal-schedule-desk.ts';
import { type RunningApi, startApi } from '../../api/serve.ts';
import { createTemporalCheck, createWorkflowService } from '../../api/workflow-service.ts';
import type { BiscuitTin } from '../../cookiejar/biscuit-tin.ts';
import type { Documents } from '../../cookiejar/cookie-jar.ts';
import { Errands } from '../../cookiejar/errands.ts';
import { ParkedCookies } from '../../cookiejar/parked-cookies.ts';
import { Ledger } from '../../deliveries/ledger.ts';
import { openJar } from '../../cookiejar/open-jar.ts';
import { ReconcilerBook } from '../../reconciling/reconciler-state.ts';
import { createRemoteWake } from '../../workflows/client/wake.ts';
import { cookieWorkflowId } from '../../workflows/client/workflow-ids.ts';
import { startTestJar } from '../support/jar.ts';
import { testNamespace } from '../support/temporal.ts';
import { type RawRequest, type RawResponse, send } from './raw-request.ts';
import { untouchedBut } from './untouched.ts';

/** An API over a jar and a Temporal namespace of its own; no worker runs, so that started workflows stay. */
export interface Installation {
  readonly url: string;
  readonly client: Client;
  /** A connection for workers. */
  readonly nativeConnection: () => Promise<NativeConnection>;
  readonly jar: BiscuitTin;
  readonly documents: Documents;
  /** What the API was started with. */
  readonly dependencies: ApiDependencies;
  ask(request: RawRequest): Promise<RawResponse>;
  /** Another API over the same jar and namespace, with some dependencies changed. */
  startChanged(changed: Partial<ApiDependencies>): Promise<RunningApi>;
  /** Asks such another API once. */
  askChanged(changed: Partial<ApiDependencies>, request: RawRequest): Promise<RawResponse>;
  /** Whether the workflow of a cookie runs. */
  isRunning(identifier: string): Promise<boolean>;
  close(): Promise<void>;
}

/** Starts one; tests that share it use cookies of their own. */
export async function startInstallation(): Promise<Installation> {
  const [server, temporal] = await Promise.all([startTestJar(), testNamespace()]);
  const tin = await openJar({ url: server.url, database: server.newDatabase() });
  const client = temporal.client();
  const dependencies = untouchedBut({
    jar: tin.jar,
    wake: createRemoteWake(client),
    workflows: createWorkflowService(client),
    deadLetters: new Ledger(tin.documents),
    errands: new Errands(tin.documents),
    parked: new ParkedCookies(tin.documents),
    reconciler: new ReconcilerBook(tin.documents),
    schedules: createScheduleDesk(client),
    triggers: { of: async () => [] },
    workerReports: { read: async () => [] },
    checks: { couchdb: async () => tin.ping(), temporal: createTemporalCheck(client) },
  });
  const api = await startApi(dependencies, { port: 0 });
  return {
    url: api.url,
    client,
    nativeConnection: temporal.nativeConnection,
    jar: tin.jar,
    documents: tin.documents,
    dependencies,
    ask: async (request) => send(api.url, request),
    startChanged: async (changed) => startApi({ ...dependencies, ...changed }, { port: 0 }),
    askChanged: async (changed, request) => askOnce({ ...dependencies, ...changed }, request),
    isRunning: async (identifier) => isRunning(client, identifier),
    close: async () => {
      await api.close();
      await tin.close();
      await Promise.all([server.stop(), temporal.close()]);
    },
  };
}

async function askOnce(dependencies: ApiDependencies, request: RawRequest): Promise<RawResponse> {
  const api = await startApi(dependencies, { port: 0 });
  try {
    return await send(api.url, request);
  } finally {
    await api.close();
  }
}

async function isRunning(client: Client, identifier: string): Promise<boolean> {
  try {
    const { status } = await client.workflow.getHandle(cookieWorkflowId(identifier)).describe();
    return status.name === 'RUNNING';
  } catch {
    return false;
  }
}
