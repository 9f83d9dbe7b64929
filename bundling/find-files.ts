import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { codeOf, isNoUtf8 } from './unreadable.ts';

/**
 * Finds the files of a folder and its subfolders, but `node_modules`, `lost+found` and those whose name starts with a
 * dot, whose name fits a pattern. What has such a name and cannot be read, and folders that cannot be looked into, are among them: left
 * out in silence, what they hold would seem to have been deleted.
 * @returns paths relative to the folder, with `/` between their parts, in the order of their code units; undefined if
 * there is no such folder
 */
export async function findFiles(folder: string, name: RegExp): Promise<string[] | undefined> {
  if (!(await isFolder(folder))) return undefined;
  const found: string[] = [];
  await walk({ root: folder, name, found, visited: new Set() }, '');
  return found.toSorted();
}

/** At the top of a file system of its own; nobody but root may look into it. */
const LOST_AND_FOUND = 'lost+found';

/** Whether a folder's name keeps it out. */
export function isLeftOut(name: string): boolean {
  return name === 'node_modules' || name === LOST_AND_FOUND || name.startsWith('.');
}

interface Search {
  readonly root: string;
  readonly name: RegExp;
  readonly visited: Set<string>;
  readonly found: string[];
}

async function walk(search: Search, relative: string): Promise<void> {
  const { root, name, visited, found } = search;
  try {
    const folder = join(root, relative);
    // A link may lead back to a folder above itself.
    const real = await realpath(folder);
    if (visited.has(real)) return;
    visited.add(real);
    const entries = await readdir(folder, { withFileTypes: true });
    for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = posix.join(relative, entry.name);
      if (await leadsToFolder(entry, join(root, path))) {
        if (!isLeftOut(entry.name)) await walk(search, path);
      } else if (name.test(entry.name)) found.push(path);
    }
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' || isNoUtf8(relative)) found.push(posix.normalize(relative));
  }
}

async function leadsToFolder(entry: Dirent, path: string): Promise<boolean> {
  return entry.isDirectory() || (entry.isSymbolicLink() && (await isFolder(path)));
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}
