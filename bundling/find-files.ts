import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join, posix } from 'node:path';

/**
 * Finds the files of a folder and its subfolders, but `node_modules` and those whose name starts with a dot, whose name
 * fits a pattern.
 * @returns paths relative to the folder, with `/` between their parts, in the order of their code units; undefined if
 * there is no such folder
 */
export async function findFiles(folder: string, name: RegExp): Promise<string[] | undefined> {
  if (!(await isFolder(folder))) return undefined;
  const found: string[] = [];
  await walk({ root: folder, name, found, visited: new Set() }, '');
  return found.toSorted();
}

/** Whether a folder's name keeps it out. */
export function isLeftOut(name: string): boolean {
  return name === 'node_modules' || name.startsWith('.');
}

interface Search {
  readonly root: string;
  readonly name: RegExp;
  readonly visited: Set<string>;
  readonly found: string[];
}

async function walk(search: Search, relative: string): Promise<void> {
  const { root, name, visited, found } = search;
  const folder = join(root, relative);
  // A link may lead back to a folder above itself.
  const real = await realpath(folder).catch(() => undefined);
  if (real === undefined || visited.has(real)) return;
  visited.add(real);
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = posix.join(relative, entry.name);
    if (await leadsTo(entry, join(root, path), 'folder')) {
      if (!isLeftOut(entry.name)) await walk(search, path);
    } else if (name.test(entry.name) && (await leadsTo(entry, join(root, path), 'file'))) found.push(path);
  }
}

async function leadsTo(entry: Dirent, path: string, what: 'file' | 'folder'): Promise<boolean> {
  if (!entry.isSymbolicLink()) return what === 'file' ? entry.isFile() : entry.isDirectory();
  const target = await stat(path).catch(() => undefined);
  return (what === 'file' ? target?.isFile() : target?.isDirectory()) ?? false;
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}
