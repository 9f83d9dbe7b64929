import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import { environmentWithoutSecrets } from '../configs/secrets.ts';
import { entryPoint } from './entry-point.ts';
import type { GuardOrder } from './guard-order.ts';
import { endProcess, identifyProcess } from './process-identity.ts';
import { forgetProcess, readRecord, recordFile, recordProcess } from './process-records.ts';
import { settlesWithin } from './wait.ts';

/** A server to run under a guard. */
export interface ServerCommand {
  /** Names it in records and messages; one server of a name runs at a time. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Folder of the process records. */
  readonly processes: string;
  /** Gets what the server writes to stderr, and to stdout where that is not read. */
  readonly logFile: string;
  /** Whether stdout is read here. */
  readonly readStdout: boolean;
}

/** How a server ended. */
export interface ServerExit {
  readonly name: string;
  readonly code?: number;
  readonly signal?: string;
}

/** A server that runs under its guard. */
export interface GuardedServer {
  /** The server's stdout, where it is read here. */
  readonly stdout: Readable | null;
  /** Settles once, when the server and its guard are both gone. */
  readonly exited: Promise<ServerExit>;
  /** Ends both: asks the server, and after `GRACE_MS` kills it. */
  stop(): Promise<void>;
}

/** How long a server may take to end by itself. */
const GRACE_MS = 5_000;
/** How much longer its guard may take. */
const GUARD_MS = 1_000;
/** A guard gives a server's signal as this plus its number. */
const SIGNALLED = 128;

/** Starts a server under a guard of its own; whether the server becomes ready is for others to see. */
export function startGuarded(server: ServerCommand): GuardedServer {
  const guard = spawnGuard(server);
  const guardRecord = recordFile(server.processes, server.name, 'guard');
  if (guard.pid !== undefined) recordProcess(guardRecord, guard.pid);
  const exited = watchGuard(guard, server).finally(() => forgetProcess(guardRecord));
  return { stdout: guard.stdout, exited, stop: async () => stopGuard(guard, exited) };
}

function spawnGuard(server: ServerCommand): ChildProcess {
  const order: GuardOrder = {
    command: server.command,
    args: [...server.args],
    record: recordFile(server.processes, server.name, 'server'),
    graceMs: GRACE_MS,
  };
  const log = openSync(server.logFile, 'a');
  try {
    return spawn(process.execPath, [entryPoint('embedded/guard'), JSON.stringify(order)], {
      stdio: ['pipe', server.readStdout ? 'pipe' : log, log],
      // A process group of its own: Ctrl-C in the terminal is for the parent, which needs the servers until it has drained.
      detached: true,
      env: environmentWithoutSecrets(),
    });
  } finally {
    closeSync(log);
  }
}

/** A guard that was killed leaves its server behind: that is ended here, so that nothing holds the port or the files. */
async function watchGuard(guard: ChildProcess, server: ServerCommand): Promise<ServerExit> {
  const exit = await exitOf(guard, server.name);
  const record = recordFile(server.processes, server.name, 'server');
  const left = readRecord(record);
  if (left !== undefined) await endProcess(left, GRACE_MS);
  forgetProcess(record);
  return exit;
}

async function exitOf(guard: ChildProcess, name: string): Promise<ServerExit> {
  return new Promise((resolve) => {
    guard.once('error', () => resolve({ name }));
    guard.once('exit', (code, signal) => resolve({ name, ...meaningOf(code, signal) }));
    guard.stdin?.on('error', () => {});
  });
}

function meaningOf(code: number | null, signal: string | null): Omit<ServerExit, 'name'> {
  if (code === null) return signal === null ? {} : { signal };
  const passedOn = Object.entries(constants.signals).find(([, number]) => SIGNALLED + number === code);
  return passedOn === undefined ? { code } : { signal: passedOn[0] };
}

async function stopGuard(guard: ChildProcess, exited: Promise<ServerExit>): Promise<void> {
  guard.stdin?.end();
  if (await settlesWithin(exited, GRACE_MS + GUARD_MS)) return;
  const identity = guard.pid === undefined ? undefined : identifyProcess(guard.pid);
  if (identity !== undefined) await endProcess(identity, GUARD_MS);
  await exited;
}
