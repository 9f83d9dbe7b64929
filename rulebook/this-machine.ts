import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Places } from './bundling/places.ts';
import { PACKAGE_ROOT, resolveOwnPackage } from './package-root.ts';

/** The compiled entry point of rule threads. */
export const THREAD_ENTRY = pathToFileURL(join(PACKAGE_ROOT, 'dist', 'rulebook', 'evaluation', 'thread.js'));

/** Where things lie on this machine, links resolved as the bundler resolves them. */
export function placesOf(rulesFolder: string): Places {
  return {
    rulesFolder: realOr(rulesFolder),
    packageUrl: (specifier) => pathToFileURL(resolveOwnPackage(specifier)).href,
  };
}

// A worker may run without the folder: the versions come from the jar.
function realOr(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder;
  }
}
