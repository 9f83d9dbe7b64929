/**
 * The process between its parent and one embedded server. It holds the other end of a pipe to the parent: when that
 * closes, the parent has gone, even by `kill -9`, and the guard ends the server. When the server ends by itself, the
 * guard ends with its exit code.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { type GuardOrder, guardOrderSchema } from './guard-order.ts';
import { forgetProcess, recordProcess } from './process-records.ts';

/** As a shell says "command not found". */
const NOT_STARTED = 127;
/** As a shell says "ended by a signal": this plus the signal's number. */
const SIGNALLED = 128;

guard(guardOrderSchema.parse(JSON.parse(process.argv[2] ?? 'null')));

function guard(order: GuardOrder): void {
  // The server's stdin is a pipe that the guard holds: servers that watch theirs end even when the guard is killed.
  const server = spawn(order.command, order.args, { stdio: ['pipe', 'inherit', 'inherit'] });
  server.stdin.on('error', () => {});
  server.once('error', (error) => {
    complain(`cannot start ${order.command}: ${error.message}`);
    process.exit(NOT_STARTED);
  });
  server.once('exit', (code, signal) => {
    forgetProcess(order.record);
    process.exit(code ?? SIGNALLED + (signal === null ? 0 : constants.signals[signal]));
  });
  keepRecord(server, order);
  endWithParent(server, order.graceMs);
}

/** An unrecorded server is still guarded, so a full disk does not stop the guard. */
function keepRecord(server: ChildProcess, order: GuardOrder): void {
  try {
    if (server.pid !== undefined) recordProcess(order.record, server.pid);
  } catch (error) {
    complain(`cannot record process ${server.pid}: ${String(error)}`);
  }
}

function endWithParent(server: ChildProcess, graceMs: number): void {
  const end = () => {
    server.kill('SIGTERM');
    setTimeout(() => server.kill('SIGKILL'), graceMs);
  };
  let ending = false;
  const endOnce = () => {
    if (!ending) end();
    ending = true;
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, endOnce);
  for (const event of ['end', 'close', 'error'] as const) process.stdin.on(event, endOnce);
  process.stdin.resume();
}

function complain(message: string): void {
  process.stderr.write(`guard: ${message}\n`);
}
