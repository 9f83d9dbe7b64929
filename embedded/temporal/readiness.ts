import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';

/** Where a Temporal server is and how it is to be set. */
export interface TemporalTarget {
  readonly host: string;
  readonly port: number;
  readonly namespace: string;
  /** How long closed workflows are kept, in hours; at least 1. */
  readonly retentionHours: number;
}

const LOOK_MS = 25;
const CONNECT_TIMEOUT = '5 s';

/** Waits until the server answers for the namespace, then sets the namespace's retention. */
export async function readyTemporal(target: TemporalTarget, signal: AbortSignal): Promise<void> {
  await waitForPort(target, signal);
  const connection = await openConnection(target);
  try {
    await waitForNamespace(connection, target.namespace, signal);
    await setRetention(connection, target);
  } finally {
    await connection.close();
  }
}

/** A client's own attempts pause for a second and more; a bare socket may ask often. */
async function waitForPort({ host, port }: TemporalTarget, signal: AbortSignal): Promise<void> {
  while (!(await acceptsConnections(host, port))) await delay(LOOK_MS, undefined, { signal });
}

/** Whether something listens there. */
export async function acceptsConnections(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host);
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

async function openConnection({ host, port }: TemporalTarget): Promise<Connection> {
  return Connection.connect({
    address: `${host}:${port}`,
    connectTimeout: CONNECT_TIMEOUT,
    // This machine's own server is not behind the proxy that https_proxy may name.
    channelArgs: { 'grpc.enable_http_proxy': 0 },
  });
}

async function waitForNamespace(connection: Connection, namespace: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    try {
      await connection.workflowService.describeNamespace({ namespace });
      return;
    } catch {
      await delay(LOOK_MS, undefined, { signal });
    }
  }
}

async function setRetention(connection: Connection, { namespace, retentionHours }: TemporalTarget): Promise<void> {
  const workflowExecutionRetentionTtl = msToTs(`${retentionHours} hours`);
  await connection.workflowService.updateNamespace({ namespace, config: { workflowExecutionRetentionTtl } });
}
