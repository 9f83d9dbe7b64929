import { realpath, stat } from 'node:fs/promises';
import { isAbsolute, relative } from 'node:path';
import { isMissing, UnusableRootError } from './errors.ts';
import { folderKey } from './walk.ts';

/**
 * Checks that a folder can be retrieved from.
 * @throws UnusableRootError
 */
export async function checkRoot(root: string, leaveOut: readonly string[]): Promise<void> {
  const real = await realFolder(root);
  for (const folder of leaveOut) {
    const way = relative(await realIfAny(folder), real);
    const inside = way === '' || (!way.startsWith('..') && !isAbsolute(way));
    if (inside) throw new UnusableRootError(root, `which lies in ${folder}`);
  }
}

/** How the walk recognises folders to leave out: by their paths and, where they exist, by device and inode. */
export async function leftOutKeys(leaveOut: readonly string[]): Promise<Set<string>> {
  const keys = new Set(leaveOut);
  for (const folder of leaveOut) {
    try {
      keys.add(folderKey(await stat(folder, { bigint: true })));
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }
  return keys;
}

async function realFolder(root: string): Promise<string> {
  try {
    const stats = await stat(root);
    if (!stats.isDirectory()) throw new UnusableRootError(root, 'which is no folder');
    return await realpath(root);
  } catch (error) {
    if (error instanceof UnusableRootError) throw error;
    const reason = isMissing(error) ? 'which does not exist' : 'which cannot be read';
    throw new UnusableRootError(root, reason, error);
  }
}

async function realIfAny(folder: string): Promise<string> {
  try {
    return await realpath(folder);
  } catch (error) {
    if (isMissing(error)) return folder;
    throw error;
  }
}
