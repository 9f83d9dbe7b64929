import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { RulesFolderMissingError } from '../errors.ts';
import { compareText } from '../order.ts';

const RULE_FILE = /^[^.].*\.(rule|loader|receiver)\.[cm]?[jt]s$/;

/**
 * Finds the `*.rule.ts`, `*.loader.ts` and `*.receiver.ts` files (also `.js`, `.mts`, `.mjs`, `.cts`, `.cjs`) of a folder
 * and its subfolders but `node_modules` and those whose name starts with a dot.
 * The name says what a person expects inside; definitions of any kind are taken from any of them.
 * @returns sorted paths relative to the folder, with `/` between their parts
 * @throws RulesFolderMissingError
 */
export async function discoverRuleFiles(folder: string): Promise<string[]> {
  const found: string[] = [];
  if (!(await isFolder(folder))) throw new RulesFolderMissingError(folder);
  await walk(folder, '', new Set(), found);
  return found.toSorted(compareText);
}

/** Whether a folder's name keeps it out of the rulebook. */
export function isLeftOut(name: string): boolean {
  return name === 'node_modules' || name.startsWith('.');
}

async function walk(root: string, relative: string, visited: Set<string>, found: string[]): Promise<void> {
  const folder = join(root, relative);
  // A link may lead back to a folder above itself.
  const real = await realpath(folder).catch(() => undefined);
  if (real === undefined || visited.has(real)) return;
  visited.add(real);
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries.toSorted((a, b) => compareText(a.name, b.name))) {
    const path = posix.join(relative, entry.name);
    if (await leadsTo(entry, join(root, path), 'folder')) {
      if (!isLeftOut(entry.name)) await walk(root, path, visited, found);
    } else if (RULE_FILE.test(entry.name) && (await leadsTo(entry, join(root, path), 'file'))) found.push(path);
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
