import { closureOf, installed, installScriptsOf, production } from './lockfile.ts';
import { readProjectFile } from './project-files.ts';

const text = readProjectFile('docs/dependencies.md').replaceAll(/\s+/g, ' ');

/** The rows of the table, each with its cells. */
const rows = [...readProjectFile('docs/dependencies.md').matchAll(/^\| `([^`]+)`(.+)\|$/gm)].map(
  ([, name = '', rest = '']) =>
    [
      name,
      ...rest
        .split('|')
        .slice(1)
        .map((cell) => cell.trim()),
    ] as const,
);

describe('docs/dependencies.md', () => {
  it('has every dependency for production, and no other', () => {
    expect(rows.map(([name]) => name)).toEqual([...production].toSorted());
  });

  it.each(rows)(
    'counts what %s brings as the lockfile does, and says why it is there',
    (name, packages, scripts, ...words) => {
      const closure = closureOf([name]);
      const having = [...new Set(installScriptsOf(closure))].toSorted();
      expect({ name, packages, scripts }).toEqual({
        name,
        packages: String(closure.size),
        scripts: having.length === 0 ? 'none' : having.map((one) => `\`${one}\``).join(', '),
      });
      expect(words).toEqual([expect.stringMatching(/\w{3}/), expect.stringMatching(/\w{3}/)]);
    },
  );

  it('counts them all', () => {
    const all = closureOf(production);
    expect(text).toContain(`together: **${all.size}** packages, **${installScriptsOf(all).length}** of them`);
  });

  it('counts what has no digest in the lockfile: optional packages of other platforms than Linux with glibc', () => {
    const unchecked = installed.filter(([, { integrity }]) => integrity === undefined);
    expect(text).toContain(`**${unchecked.length}** of ${installed.length}`);
    const common = unchecked.filter(([, { optional, os, cpu, libc }]) => {
      const isLinux = os.includes('linux') && !libc.includes('musl');
      return !optional || os.length === 0 || (isLinux && (cpu.includes('x64') || cpu.includes('arm64')));
    });
    expect(common).toEqual([]);
  });
});

describe('the lockfile', () => {
  it('takes packages from the registry only, each of one exact version', () => {
    const lock = readProjectFile('package-lock.json');
    for (const [, from = ''] of lock.matchAll(/"resolved": "([^"]+)"/g)) expect(from).toMatch(/^https:\/\/registry\./);
    for (const [at, { version }] of installed)
      expect([at, version]).toEqual([at, expect.stringMatching(/^\d+\.\d+\.\d+/)]);
  });
});
