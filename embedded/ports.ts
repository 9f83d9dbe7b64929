import { once } from 'node:events';
import { type Server, createServer } from 'node:net';
import { PortTakenError } from './errors.ts';
import { codeOf } from './thrown.ts';

/** Embedded servers are for this machine only. */
export const LOOPBACK = '127.0.0.1';

/** A port that a server wants, and how a person can change it. */
export interface WantedPort {
  /** 0 picks a free one. */
  readonly port: number;
  /** For whom, in words. */
  readonly purpose: string;
  /** The environment variable that sets it. */
  readonly variable: string;
}

/**
 * The ports to use, in the order asked for: the wanted ones, and free ones for 0. All are held at once while choosing,
 * so that no two are the same.
 *
 * @throws PortTakenError for the first that is taken.
 */
export async function choosePorts(wanted: readonly WantedPort[]): Promise<number[]> {
  const held = new Map<WantedPort, Server>();
  try {
    // Fixed ports first: a free one picked before them could be one of them.
    for (const want of wanted.toSorted((a, b) => b.port - a.port)) held.set(want, await hold(want));
    return wanted.map((want) => portOf(held.get(want)));
  } finally {
    await Promise.all([...held.values()].map(async (server) => letGo(server)));
  }
}

async function hold({ port, purpose, variable }: WantedPort): Promise<Server> {
  const server = createServer().listen(port, LOOPBACK);
  try {
    await once(server, 'listening');
    return server;
  } catch (error) {
    if (codeOf(error) !== 'EADDRINUSE') throw error;
    throw new PortTakenError(port, purpose, variable);
  }
}

async function letGo(server: Server): Promise<void> {
  server.close();
  await once(server, 'close');
}

function portOf(server: Server | undefined): number {
  const address = server?.address();
  if (!address || typeof address === 'string') throw new Error('a TCP server has no port');
  return address.port;
}
