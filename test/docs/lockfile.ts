import { z } from 'zod';
import { readProjectFile } from './project-files.ts';

const entrySchema = z.object({
  version: z.string().optional(),
  integrity: z.string().optional(),
  dev: z.boolean().default(false),
  optional: z.boolean().default(false),
  hasInstallScript: z.boolean().default(false),
  os: z.array(z.string()).default([]),
  cpu: z.array(z.string()).default([]),
  libc: z.array(z.string()).default([]),
  dependencies: z.record(z.string(), z.string()).default({}),
});

type Entry = z.output<typeof entrySchema>;

const { packages } = z
  .object({ packages: z.record(z.string(), entrySchema) })
  .parse(JSON.parse(readProjectFile('package-lock.json')));

/** All packages of the lockfile, by the folder that they are installed in. */
export const installed: readonly (readonly [string, Entry])[] = Object.entries(packages).filter(([at]) => at !== '');

/** The dependencies for production, by name. */
export const production: readonly string[] = Object.keys(packages['']?.dependencies ?? {});

/** The folders of all that these packages need, their own among them; without optional ones. */
export function closureOf(names: readonly string[]): ReadonlySet<string> {
  const found = new Set<string>();
  const open = names.map((name) => folderOf('', name));
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (found.has(at)) continue;
    found.add(at);
    for (const name of Object.keys(packages[at]?.dependencies ?? {})) open.push(folderOf(at, name));
  }
  return found;
}

/** Names of those of them that have install scripts. */
export function installScriptsOf(closure: ReadonlySet<string>): string[] {
  const having = [...closure].filter((at) => packages[at]?.hasInstallScript === true);
  return having.map((at) => at.slice(at.lastIndexOf('node_modules/') + 'node_modules/'.length));
}

/** As Node looks for it: in the folder itself, then in those around it. */
function folderOf(at: string, name: string): string {
  for (let around = at; ; around = around.slice(0, Math.max(0, around.lastIndexOf('/node_modules/')))) {
    const folder = `${around === '' ? '' : `${around}/`}node_modules/${name}`;
    if (packages[folder] !== undefined) return folder;
    if (around === '') throw new Error(`package-lock.json lacks ${name}, which ${at} needs`);
  }
}
