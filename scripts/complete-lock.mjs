// Adds to a package-lock.json the optional packages of other platforms that the registry in use does not offer, so that
// `npm ci` finds the lock complete here, and installs them where that platform is.
import { readFileSync, writeFileSync } from 'node:fs';

const file = process.argv[2] ?? 'package-lock.json';
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
lock.packages = Object.fromEntries(Object.entries(packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`added ${added}`);

function isThere(at, name) {
  for (let folder = at; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    if (packages[`${folder === '' ? '' : `${folder}/`}node_modules/${name}`]) return true;
    if (folder === '') return false;
  }
}
