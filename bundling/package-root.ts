import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the running package, whether this code runs from its sources or from its `dist/`. */
export const PACKAGE_ROOT = findPackageRoot(dirname(fileURLToPath(import.meta.url)));

/** The file of the running package that a specifier such as `cookie-monster` or `cookie-monster/similarity` means. */
export function resolveOwnPackage(specifier: string): string {
  return createRequire(join(PACKAGE_ROOT, 'package.json')).resolve(specifier);
}

function findPackageRoot(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : findPackageRoot(dirname(folder));
}
