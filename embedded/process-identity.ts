import { type ExecFileSyncOptionsWithStringEncoding, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { codeOf } from './thrown.ts';
import { waitUntil } from './wait.ts';

/** A process beyond doubt: ids are used again, an id together with its start time is not. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Compared as a whole and never read: boot and clock ticks on Linux, what `ps` prints elsewhere. */
  readonly startedAt: string;
}

/** How process identities look in files. */
export const processIdentitySchema = z.object({ pid: z.int().positive(), startedAt: z.string() });

/** How often a process is looked at while waiting for its end. */
const LOOK_MS = 50;

/** Identifies a running process; undefined if there is none of that id, or only its remains (a zombie). */
export function identifyProcess(pid: number): ProcessIdentity | undefined {
  const startedAt = process.platform === 'linux' ? startFromProc(pid) : startFromPs(pid);
  return startedAt === undefined ? undefined : { pid, startedAt };
}

/** Whether exactly this process still runs. */
export function isAlive(identity: ProcessIdentity): boolean {
  return identifyProcess(identity.pid)?.startedAt === identity.startedAt;
}

/** Ends exactly this process: SIGTERM, and SIGKILL after `graceMs`; resolves when it is gone. */
export async function endProcess(identity: ProcessIdentity, graceMs: number): Promise<void> {
  send(identity, 'SIGTERM');
  if (await waitUntil(() => !isAlive(identity), graceMs, LOOK_MS)) return;
  send(identity, 'SIGKILL');
  await waitUntil(() => !isAlive(identity), graceMs, LOOK_MS);
}

function send(identity: ProcessIdentity, signal: NodeJS.Signals): void {
  if (!isAlive(identity)) return;
  try {
    process.kill(identity.pid, signal);
  } catch (error) {
    // It may go between the look and the signal.
    if (codeOf(error) !== 'ESRCH') throw error;
  }
}

function startFromProc(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command's name, in parentheses, may itself hold spaces and parentheses; state is field 3, start time field 22.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, ticks] = [fields[0], fields[19]];
    if (state === 'Z' || state === 'X' || ticks === undefined) return undefined;
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${ticks}`;
  } catch {
    return undefined;
  }
}

function startFromPs(pid: number): string | undefined {
  try {
    const options: ExecFileSyncOptionsWithStringEncoding = { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] };
    const [state, ...start] = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], options)
      .trim()
      .split(/\s+/);
    return state === undefined || state.startsWith('Z') || start.length === 0 ? undefined : start.join(' ');
  } catch {
    return undefined;
  }
}
