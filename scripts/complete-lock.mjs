// Adds to a package-lock.json the optional packages of other platforms that the registry in use does not offer, so that
// `npm ci` finds the lock complete here, and installs them where that platform is. With --integrity, asks the registry for
// the digests that are missing; one that does not offer a package is no help for that one.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

const [file = 'package-lock.json'] = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const fillsIn = process.argv.includes('--integrity');
const lock = JSON.parse(readFileSync(file, 'utf8'));
const { packages } = lock;
const OS = ['android', 'darwin', 'win32', 'linux', 'freebsd', 'openbsd', 'netbsd', 'sunos', 'aix', 'openharmony'];
const CPU = ['arm64', 'x64', 'ia32', 'arm', 'ppc64', 's390x', 'riscv64', 'loong64', 'mips64el', 'wasm32'];
let added = 0;
for (const [at, holder] of Object.entries(packages)) {
  for (const [name, range] of Object.entries(holder.optionalDependencies ?? {})) {
    if (isThere(at, name)) continue;
    const words = name.split(/[-/.]/);
    const os = OS.filter((word) => words.includes(word));
    const cpu = CPU.filter((word) => words.includes(word));
    if (name === 'fsevents') os.push('darwin');
    const version = /\d+\.\d+\.\d+\S*/.exec(range)?.[0];
    if ((os.length === 0 && cpu.length === 0) || version === undefined) {
      console.error(`skipped ${name} ${range} of ${at}`);
      continue;
    }
    const libc =
      words.includes('musl') || words.includes('musleabihf')
        ? ['musl']
        : words.some((w) => /^gnu/.test(w)) && os[0] === 'linux'
          ? ['glibc']
          : [];
    packages[`node_modules/${name}`] = {
      version,
      ...(cpu.length && { cpu }),
      ...(libc.length && { libc }),
      ...(holder.dev && { dev: true }),
      optional: true,
      ...(os.length && { os }),
    };
    added++;
  }
}
let filled = 0;
for (const [at, entry] of Object.entries(packages)) {
  if (!fillsIn || at === '' || entry.integrity !== undefined) continue;
  const name = at.slice(at.lastIndexOf('node_modules/') + 'node_modules/'.length);
  const { version, ...rest } = entry;
  const integrity = digestOf(`${name}@${version}`);
  if (integrity === undefined) continue;
  packages[at] = { version, integrity, ...rest };
  filled++;
}
lock.packages = Object.fromEntries(Object.entries(packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`added ${added}${fillsIn ? `, filled in ${filled} digests` : ''}`);

function isThere(at, name) {
  for (let folder = at; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    if (packages[`${folder === '' ? '' : `${folder}/`}node_modules/${name}`]) return true;
    if (folder === '') return false;
  }
}

function digestOf(specifier) {
  try {
    const options = { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] };
    return execFileSync('npm', ['view', specifier, 'dist.integrity'], options).trim() || undefined;
  } catch {
    return undefined;
  }
}
