import { chmodSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

const PROGRAMS = ['baton-do', 'baton-list', 'baton-metamod', 'baton-metaquery', 'baton-specificquery'];

/**
 * Puts executables with baton's names into `bin` below a catalogue's folder, which they ask.
 * @returns the folder with the executables
 */
export function installBaton(folder: string): string {
  const bin = join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  const script = join(bin, 'stand-in.mjs');
  writeFileSync(`${script}.new`, bundle());
  renameSync(`${script}.new`, script);
  for (const program of PROGRAMS) {
    const path = join(bin, program);
    // exec keeps the process id: signals reach the program itself.
    writeFileSync(path, `#!/bin/sh\nexec '${process.execPath}' '${script}' '${folder}' ${program} "$@"\n`);
    chmodSync(path, 0o755);
  }
  return bin;
}

let bundled: string | undefined;

/** One JavaScript file starts in a tenth of the time that a TypeScript loader takes. */
function bundle(): string {
  if (bundled !== undefined) return bundled;
  const libsql = createRequire(import.meta.url).resolve('libsql');
  const built = buildSync({
    entryPoints: [fileURLToPath(new URL('baton/main.ts', import.meta.url))],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    alias: { libsql },
    external: [libsql],
  });
  bundled = built.outputFiles[0]?.text ?? '';
  return bundled;
}
