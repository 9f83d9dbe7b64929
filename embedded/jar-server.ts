import { createInterface } from 'node:readline';
import { entryPoint } from './entry-point.ts';
import type { GuardedServer } from './guarded-server.ts';
import type { KeptServerOptions } from './kept-server.ts';

/** Where the embedded jar keeps its databases and listens. */
export interface JarServerOptions {
  readonly folder: string;
  readonly port: number;
}

/** Describes the embedded jar: ready when it says so in a line of JSON. */
export function jarServer(
  options: JarServerOptions,
): Pick<KeptServerOptions, 'name' | 'command' | 'args' | 'readStdout' | 'ready'> {
  return {
    name: 'jar',
    command: process.execPath,
    args: [entryPoint('embedded/jar/main'), '--folder', options.folder, '--port', String(options.port)],
    readStdout: true,
    ready: readyLine,
  };
}

/** Never settles if the line does not come; what comes after it is read and dropped, as a full pipe would block the server. */
async function readyLine({ stdout }: GuardedServer): Promise<void> {
  if (stdout === null) throw new Error('the output of the jar is not read');
  return new Promise((resolve) => {
    createInterface({ input: stdout }).on('line', (line) => {
      if (saysReady(line)) resolve();
    });
  });
}

function saysReady(line: string): boolean {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && 'ready' in value && value.ready === true;
  } catch {
    return false;
  }
}
