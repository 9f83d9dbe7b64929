import { Client, Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import type { Logger } from 'pino';
import type { Settings } from '../configs/settings.ts';
import { openHome } from '../embedded/home.ts';
import { startEmbedded } from '../embedded/start.ts';
import type { Lifetime } from './lifetime.ts';

/** Where the two servers are that everything stands on. */
export interface Servers {
  readonly temporalAddress: string;
  readonly couchdbUrl: string;
  /** Of the embedded Temporal server. */
  readonly temporalUiUrl?: string;
  /** Rejects when an embedded server cannot be kept running. */
  readonly failed: Promise<never>;
}

const NEVER = new Promise<never>(() => {});

/** Takes the servers that the settings name, and starts embedded ones for those they do not. */
export async function provideServers(settings: Settings, lifetime: Lifetime, log: Logger): Promise<Servers> {
  const { temporal, couchdb, embedded } = settings;
  if (temporal.address !== undefined && couchdb.url !== undefined) {
    return { temporalAddress: temporal.address, couchdbUrl: couchdb.url, failed: NEVER };
  }
  const home = await openHome(settings.home, log);
  lifetime.add('the home', () => home.release());
  const { temporalPort: port, temporalUiPort: uiPort, jarPort, searchPath, temporalCli } = embedded;
  const { namespace } = temporal;
  const servers = await startEmbedded({
    home,
    logger: log,
    ...(temporal.address === undefined && {
      temporal: {
        port,
        uiPort,
        namespace,
        searchPath,
        ...(temporalCli === undefined ? {} : { cli: temporalCli }),
      },
    }),
    ...(couchdb.url === undefined && { jar: { port: jarPort } }),
  });
  lifetime.add('the embedded servers', async () => servers.stop());
  return {
    temporalAddress: temporal.address ?? required(servers.temporalAddress),
    couchdbUrl: couchdb.url ?? required(servers.couchdbUrl),
    ...(servers.temporalUiUrl === undefined ? {} : { temporalUiUrl: servers.temporalUiUrl }),
    failed: servers.exited.then((exit) => {
      throw new Error(`the embedded ${exit.name} server ended again and again; see its log below ${home.logs}`);
    }),
  };
}

/** The servers that the settings name. @throws Error naming the variables that are missing */
export function namedServers({ temporal, couchdb }: Settings): Servers {
  const missing = [
    ...(temporal.address === undefined ? ['TEMPORAL_ADDRESS'] : []),
    ...(couchdb.url === undefined ? ['COUCHDB_URL'] : []),
  ];
  if (temporal.address === undefined || couchdb.url === undefined) {
    throw new Error(
      `${missing.join(' and ')} must be set: this command starts no servers of its own (\`cookie-monster start\` does)`,
    );
  }
  return { temporalAddress: temporal.address, couchdbUrl: couchdb.url, failed: NEVER };
}

/** A connection that a worker can poll on, and eager starts can come by. */
export async function connectNative(settings: Settings, servers: Servers, lifetime: Lifetime) {
  const { connection: options, namespace } = settings.temporal;
  const { temporalAddress: address } = servers;
  const connection = await reached(address, NativeConnection.connect({ ...options, address }));
  lifetime.add('the Temporal connection', async () => connection.close());
  return { connection, client: new Client({ connection, namespace }) };
}

/** A connection for a process without workers. */
export async function connectClient(settings: Settings, servers: Servers, lifetime: Lifetime): Promise<Client> {
  const { connection: options, namespace } = settings.temporal;
  const { temporalAddress: address } = servers;
  const connection = await reached(address, Connection.connect({ ...options, address }));
  lifetime.add('the Temporal connection', async () => connection.close());
  return new Client({ connection, namespace });
}

async function reached<T>(address: string, connecting: Promise<T>): Promise<T> {
  try {
    return await connecting;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`Temporal at ${address} (TEMPORAL_ADDRESS) cannot be reached: ${reason}`, { cause });
  }
}

function required(address: string | undefined): string {
  if (address === undefined) throw new Error('an embedded server started without an address');
  return address;
}
