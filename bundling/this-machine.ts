import { realpathSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { resolveOwnPackage } from './package-root.ts';
import type { Places } from './places.ts';

/** Where things lie on this machine, links resolved as the bundler resolves them. */
export function placesOf(folder: string): Places {
  return {
    folder: realOr(folder),
    packageUrl: (specifier) => pathToFileURL(resolveOwnPackage(specifier)).href,
  };
}

// A process may run without the folder: what it runs comes from elsewhere.
function realOr(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder;
  }
}
