import { once } from 'node:events';
import { createServer } from 'node:net';

/** A port that something else listens on. */
export interface BlockedPort {
  readonly port: number;
  readonly free: () => Promise<void>;
}

/** Listens on some free port of the given address. */
export async function blockPort(host: string): Promise<BlockedPort> {
  const server = createServer().listen(0, host);
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not a TCP port');
  return {
    port: address.port,
    free: async () => {
      server.close();
      await once(server, 'close');
    },
  };
}
