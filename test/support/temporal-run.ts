import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { type GuardedServer, startGuarded } from '../../embedded/guarded-server.ts';
import { LOOPBACK, choosePorts } from '../../embedded/ports.ts';
import { devServerArguments } from '../../embedded/temporal/dev-server.ts';
import { findTemporalCli } from '../../embedded/temporal/find-cli.ts';

/** Tells the test files the address of the run's server. */
export const ADDRESS_VARIABLE = 'COOKIE_MONSTER_TEST_TEMPORAL';
/** Names a file that, once it is there, says why there is no server. */
export const FAILURE_VARIABLE = 'COOKIE_MONSTER_TEST_TEMPORAL_FAILURE';

/** Where tests look for downloaded programs, and keep them. */
export const TEST_CACHE = [join(homedir(), '.cache', 'cookie-monster')];

interface TemporalRun {
  readonly folder: string;
  /** Undefined if it could not be started. */
  readonly server: Promise<GuardedServer | undefined>;
}

declare global {
  // Setup and teardown are loaded apart and share nothing else.
  var temporalTestRun: TemporalRun | undefined;
}

/**
 * Begins to start a dev server, in memory, and tells its address in the environment at once, so that test files that
 * need no Temporal wait for nothing. With `TEMPORAL_ADDRESS` set that server is used instead.
 */
export async function beginTemporalRun(): Promise<void> {
  const preset = process.env['TEMPORAL_ADDRESS'];
  if (preset) {
    process.env[ADDRESS_VARIABLE] = preset;
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'cookie-monster-temporal-'));
  const [port = 0] = await choosePorts([{ port: 0, purpose: 'tests', variable: 'none' }]);
  const failure = join(folder, 'failure.txt');
  process.env[ADDRESS_VARIABLE] = `${LOOPBACK}:${port}`;
  process.env[FAILURE_VARIABLE] = failure;
  const server = startServer(folder, port).catch((error: unknown) => {
    writeFileSync(failure, String(error));
    return undefined;
  });
  globalThis.temporalTestRun = { folder, server };
}

/** Ends the run's server, if it was started here. */
export async function endTemporalRun(): Promise<void> {
  const run = globalThis.temporalTestRun;
  if (run === undefined) return;
  const server = await run.server;
  await server?.stop();
  rmSync(run.folder, { recursive: true, force: true });
}

async function startServer(folder: string, port: number): Promise<GuardedServer> {
  const logger = pino({ level: 'warn' });
  const where = { cli: process.env['TEMPORAL_CLI'], searchPath: process.env['PATH'] ?? '', cacheFolders: TEST_CACHE };
  const cli = await findTemporalCli({ ...where, logger });
  return startGuarded({
    name: 'temporal',
    command: cli.path,
    args: devServerArguments({ ip: LOOPBACK, port, namespace: 'default' }),
    processes: folder,
    logFile: join(folder, 'temporal.log'),
    readStdout: false,
  });
}
