import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ProcessIdentity, identifyProcess, processIdentitySchema } from './process-identity.ts';

const ROLES = ['guard', 'server'] as const;

/** What a recorded process is: the guard, or the server under it. */
export type ProcessRole = (typeof ROLES)[number];

/** A process that a home's owner started, as its record names it. */
export interface RecordedProcess {
  readonly identity: ProcessIdentity;
  readonly role: ProcessRole;
  /** The record's file, deleted once the process is known to be gone. */
  readonly file: string;
}

/** Where the record of a server or of its guard lies. */
export function recordFile(folder: string, server: string, role: ProcessRole): string {
  return join(folder, `${server}.${role}.json`);
}

/** Records a process that was just started; the record is there whole or not at all. */
export function recordProcess(file: string, pid: number): void {
  const identity = identifyProcess(pid);
  if (identity === undefined) return;
  const draft = `${file}.draft`;
  writeFileSync(draft, `${JSON.stringify(identity)}\n`);
  renameSync(draft, file);
}

/** Reads one record; undefined if there is none. */
export function readRecord(file: string): ProcessIdentity | undefined {
  try {
    return processIdentitySchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined;
  }
}

/** Reads all records of a folder, which is made if it is missing. */
export function readRecords(folder: string): RecordedProcess[] {
  mkdirSync(folder, { recursive: true });
  return readdirSync(folder).flatMap((name) => {
    const role = ROLES.find((known) => name.endsWith(`.${known}.json`));
    const file = join(folder, name);
    const identity = readRecord(file);
    return identity === undefined || role === undefined ? [] : [{ identity, role, file }];
  });
}

/** Deletes a record. */
export function forgetProcess(file: string): void {
  rmSync(file, { force: true });
}
