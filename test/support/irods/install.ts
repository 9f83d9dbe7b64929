import { chmodSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

const BATON = ['baton-do', 'baton-list', 'baton-metamod', 'baton-metaquery', 'baton-specificquery'];
const ICOMMANDS = ['iadmin', 'iquest'];

/**
 * Puts executables with baton's names into `bin` below a catalogue's folder, which they ask.
 * @returns the folder with the executables
 */
export function installBaton(folder: string): string {
  return install(folder, 'bin', new URL('baton/main.ts', import.meta.url), BATON);
}

/**
 * Puts the icommands that install specific queries into `icommands` below a catalogue's folder.
 * @returns the folder with the executables
 */
export function installIcommands(folder: string): string {
  return install(folder, 'icommands', new URL('icommands/main.ts', import.meta.url), ICOMMANDS);
}

function install(folder: string, name: string, entry: URL, programs: readonly string[]): string {
  const bin = join(folder, name);
  mkdirSync(bin, { recursive: true });
  const script = join(bin, 'stand-in.mjs');
  writeFileSync(`${script}.new`, bundle(entry));
  renameSync(`${script}.new`, script);
  for (const program of programs) {
    const path = join(bin, program);
    // exec keeps the process id: signals reach the program itself.
    writeFileSync(path, `#!/bin/sh\nexec '${process.execPath}' '${script}' '${folder}' ${program} "$@"\n`);
    chmodSync(path, 0o755);
  }
  return bin;
}

const bundled = new Map<string, string>();

/** One JavaScript file starts in a tenth of the time that a TypeScript loader takes. */
function bundle(entry: URL): string {
  const known = bundled.get(entry.href);
  if (known !== undefined) return known;
  const libsql = createRequire(import.meta.url).resolve('libsql');
  const built = buildSync({
    entryPoints: [fileURLToPath(entry)],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    alias: { libsql },
    external: [libsql],
  });
  const text = built.outputFiles[0]?.text ?? '';
  bundled.set(entry.href, text);
  return text;
}
