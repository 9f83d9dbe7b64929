import { join } from 'node:path';
import { entryPoint } from '../../../embedded/entry-point.ts';
import { devServerArguments } from '../../../embedded/temporal/dev-server.ts';
import type { ProcessName } from '../plan/plan.ts';
import { KeptProcess } from './kept-process.ts';

const BIN = join(import.meta.dirname, '..', '..', '..', 'bin', 'cookie-monster.js');

/** What the environment of the harness must not tell the processes. */
const OURS = /^(COOKIE_MONSTER_|COUCHDB_|TEMPORAL_|HOST$|PORT$|NODE_OPTIONS$|JEST_|BATON_)/;

const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !OURS.test(name)));

/** Temporal's dev server over a file, so that it survives being killed. */
export function temporalProcess(options: {
  readonly cli: string;
  readonly base: string;
  readonly port: number;
  readonly namespace: string;
}): KeptProcess {
  const { cli, base, port, namespace } = options;
  const args = devServerArguments({ ip: '127.0.0.1', port, folder: join(base, 'temporal'), namespace });
  return new KeptProcess({ ...common('temporal', base), command: cli, args, env: inherited });
}

/** The embedded jar's server. */
export function jarProcess({ base, port }: { readonly base: string; readonly port: number }): KeptProcess {
  const args = [entryPoint('embedded/jar/main'), '--folder', join(base, 'jar'), '--port', String(port)];
  return new KeptProcess({ ...common('jar', base), command: process.execPath, args, env: inherited });
}

/** `cookie-monster api` or `cookie-monster worker`, as built. */
export function commandProcess(options: {
  readonly name: ProcessName;
  readonly base: string;
  readonly environment: Readonly<Record<string, string>>;
}): KeptProcess {
  const { name, base, environment } = options;
  const args = [BIN, name === 'api' ? 'api' : 'worker'];
  const env = { ...inherited, ...environment };
  return new KeptProcess({ ...common(name, base), command: process.execPath, args, env });
}

function common(name: ProcessName, base: string) {
  return { name, cwd: base, logFile: join(base, 'logs', `${name}.log`) };
}
