import type { KeptServerOptions } from '../kept-server.ts';
import { LOOPBACK } from '../ports.ts';
import { devServerArguments } from './dev-server.ts';
import { readyTemporal } from './readiness.ts';

/** The embedded Temporal server with everything decided. */
export interface TemporalServerOptions {
  /** Path of the Temporal CLI. */
  readonly command: string;
  /** Folder of the database. */
  readonly folder: string;
  readonly port: number;
  readonly uiPort: number;
  readonly namespace: string;
  readonly retentionHours: number;
}

/** Describes the embedded Temporal server: ready when its namespace answers and has its retention. */
export function temporalServer(
  options: TemporalServerOptions,
): Pick<KeptServerOptions, 'name' | 'command' | 'args' | 'readStdout' | 'ready'> {
  const { command, folder, port, uiPort, namespace, retentionHours } = options;
  return {
    name: 'temporal',
    command,
    args: devServerArguments({ ip: LOOPBACK, port, uiPort, folder, namespace }),
    readStdout: false,
    ready: async (_server, signal) => {
      await readyTemporal({ host: LOOPBACK, port, namespace, retentionHours }, signal);
    },
  };
}
