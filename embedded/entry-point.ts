import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Path of a process's entry, built to `dist/`, whether the caller runs from there or from the sources. */
export function entryPoint(name: 'embedded/guard' | 'embedded/jar/main' | 'embedded/temporal/sdk-download'): string {
  const path = fileURLToPath(new URL(`dist/${name}.js`, packageRoot()));
  if (!existsSync(path)) throw new Error(`${path} is missing: run \`npm run build\``);
  return path;
}

function packageRoot(): URL {
  let folder = new URL('.', import.meta.url);
  while (!existsSync(new URL('package.json', folder))) folder = new URL('..', folder);
  return folder;
}
