import { randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { HomeInUseError } from './errors.ts';
import { identifyProcess, isAlive, processIdentitySchema } from './process-identity.ts';
import { codeOf } from './thrown.ts';

const lockOwnerSchema = processIdentitySchema.extend({
  host: z.string(),
  since: z.string(),
  released: z.boolean().default(false),
});

/** Who holds, or last held, a lock. */
export type LockOwner = z.infer<typeof lockOwnerSchema>;

/** A lock that this process holds. */
export interface Lock {
  /** Gives the lock up; the file stays, marked as free. */
  release(): void;
}

/**
 * Takes the lock of a home, or takes it over from an owner that is dead.
 *
 * Each owner is a file named by a number, linked into place whole, and the highest number holds the lock. A taker-over
 * adds the next number, which only one can; the highest is never removed, so that nobody can take away a lock that
 * has changed hands since it looked (as with removing one lock file).
 *
 * @throws HomeInUseError if the owner lives, or lives on another host.
 */
export function takeLock(home: string): Lock {
  const folder = join(home, 'lock');
  mkdirSync(folder, { recursive: true });
  for (;;) {
    const highest = generations(folder).at(-1) ?? 0;
    refuseIfHeld(home, readOwner(folder, highest));
    const owner = thisProcess();
    if (claim(folder, highest + 1, owner)) return { release: () => release(folder, highest + 1, owner) };
  }
}

function refuseIfHeld(home: string, owner: LockOwner | undefined): void {
  if (owner === undefined || owner.released) return;
  if (owner.host !== hostname() || isAlive(owner)) throw new HomeInUseError(home, owner, hostname());
}

/** A file that a power cut left unreadable has no living owner: a living one's file was whole before it had its name. */
function readOwner(folder: string, generation: number): LockOwner | undefined {
  try {
    return lockOwnerSchema.parse(JSON.parse(readFileSync(join(folder, String(generation)), 'utf8')));
  } catch {
    return undefined;
  }
}

function thisProcess(): LockOwner {
  const identity = identifyProcess(process.pid);
  if (identity === undefined) throw new Error('cannot learn when this process started: neither /proc nor ps tells');
  return { ...identity, host: hostname(), since: new Date().toISOString(), released: false };
}

function claim(folder: string, generation: number, owner: LockOwner): boolean {
  if (!linkWhole(folder, generation, owner)) return false;
  const all = generations(folder);
  if (all.at(-1) !== generation) {
    // Others went on while this one slept between looking and linking.
    rmSync(join(folder, String(generation)), { force: true });
    return false;
  }
  for (const older of all.slice(0, -1)) rmSync(join(folder, String(older)), { force: true });
  return true;
}

function linkWhole(folder: string, generation: number, owner: LockOwner): boolean {
  const draft = writeDraft(folder, owner);
  try {
    linkSync(draft, join(folder, String(generation)));
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function release(folder: string, generation: number, owner: LockOwner): void {
  renameSync(writeDraft(folder, { ...owner, released: true }), join(folder, String(generation)));
}

function writeDraft(folder: string, owner: LockOwner): string {
  const draft = join(folder, `draft-${randomUUID()}`);
  writeFileSync(draft, `${JSON.stringify(owner, null, 2)}\n`);
  return draft;
}

function generations(folder: string): number[] {
  return readdirSync(folder)
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .toSorted((a, b) => a - b);
}
