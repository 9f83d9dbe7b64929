import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ConfigProblem } from './errors.ts';

/** A folder as given by a variable, or by default. */
export interface FolderChoice {
  readonly path: string;
  readonly problems: readonly ConfigProblem[];
}

/**
 * The folder that a variable names, relative to `cwd`; where the variable is not set, `cwd`'s folder of the default
 * name, or else the one shipped with the package.
 */
export function chooseFolder(variable: string, given: string | undefined, fallback: string, cwd: string): FolderChoice {
  if (given !== undefined) return givenFolder(variable, resolve(cwd, given));
  const own = resolve(cwd, fallback);
  return { path: isFolder(own) ? own : join(packageRoot(), fallback), problems: [] };
}

/** Whether a path leads to a folder. */
export function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    // There is nothing, or nothing that may be looked at, or no path may be so long.
    return false;
  }
}

/** The package's own folder, the same from its sources and from what was built of them. */
export function packageRoot(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    if (isOwnManifest(join(folder, 'package.json'))) return folder;
    if (dirname(folder) === folder) throw new Error('the package.json of cookie-monster is missing');
  }
}

function givenFolder(variable: string, path: string): FolderChoice {
  if (isFolder(path)) return { path, problems: [] };
  return { path, problems: [{ file: 'environment', path: variable, found: path, allowed: 'an existing folder' }] };
}

function isOwnManifest(path: string): boolean {
  return existsSync(path) && /"name":\s*"cookie-monster"/.test(readFileSync(path, 'utf8'));
}
