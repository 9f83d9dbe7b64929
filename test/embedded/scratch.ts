import { mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { type ProcessIdentity, isAlive } from '../../embedded/process-identity.ts';
import { readRecords } from '../../embedded/process-records.ts';
import { waitUntil } from '../../embedded/wait.ts';

/** Says nothing. */
export const silent = pino({ level: 'silent' });

/** A folder of the test's own. */
export function scratchFolder(): string {
  return realpathSync(mkdtempSync(join(tmpdir(), 'cookie-monster-test-')));
}

/** Deletes a scratch folder. */
export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** Waits until a condition holds; fails, saying for what, if it does not in time. */
export async function eventually(
  what: string,
  condition: () => boolean | Promise<boolean>,
  ms = 20_000,
): Promise<void> {
  if (!(await waitUntil(condition, ms, 25))) throw new Error(`not within ${ms} ms: ${what}`);
}

/** The one process of a role that is recorded in a folder, once there is one. */
export async function recorded(folder: string, role: 'guard' | 'server', server: string): Promise<ProcessIdentity> {
  let found: ProcessIdentity | undefined;
  await eventually(`${server} recorded`, () => {
    const records = readRecords(folder).filter((record) => record.role === role && record.file.includes(`${server}.`));
    found = records[0]?.identity;
    return found !== undefined && isAlive(found);
  });
  if (found === undefined) throw new Error('unreachable');
  return found;
}

/** Waits until none of the processes is left. */
export async function allGone(processes: readonly ProcessIdentity[]): Promise<void> {
  await eventually('processes gone', () => !processes.some((process) => isAlive(process)));
}

/** Names in a folder. */
export function namesIn(folder: string): string[] {
  return readdirSync(folder).toSorted();
}
