import type { SourceProblem } from '../../bundling/source-problem.ts';
import type { WorkerVersion } from './survey-file.ts';

/** Versions by file. */
export type Versions = ReadonlyMap<string, WorkerVersion>;

/** Which versions come into force. */
export interface SettledNames {
  readonly versions: Versions;
  readonly problems: readonly SourceProblem[];
}

/**
 * Sees to it that no class name is used by two files: the file that has it in force keeps it; a version of another
 * that wants it as well is refused, and its last good one stays. Where none has it, none gets it.
 */
export function settleNames(wanted: Versions, before: Versions): SettledNames {
  const owners = new Map([...before].flatMap(([file, { names }]) => names.map((name) => [name, file] as const)));
  const versions = new Map<string, WorkerVersion>();
  const problems: SourceProblem[] = [];
  const taken = new Set<string>();
  const take = (file: string, version: WorkerVersion | undefined): void => {
    if (version === undefined || version.names.some((name) => taken.has(name))) return;
    versions.set(file, version);
    for (const name of version.names) taken.add(name);
  };
  const refused: string[] = [];
  for (const [file, version] of wanted) {
    const clashes = clashesOf(file, version, wanted, owners);
    problems.push(...clashes);
    if (clashes.length === 0) take(file, version);
    else refused.push(file);
  }
  for (const file of refused) take(file, before.get(file));
  return { versions, problems };
}

function clashesOf(
  file: string,
  { names }: WorkerVersion,
  wanted: Versions,
  owners: ReadonlyMap<string, string>,
): SourceProblem[] {
  return names.flatMap((name) => {
    const others = [...wanted].filter(([other, version]) => other !== file && version.names.includes(name));
    const owner = owners.get(name);
    const ownerStays = owner !== undefined && wanted.get(owner)?.names.includes(name) === true;
    if (others.length === 0 || (ownerStays && owner === file)) return [];
    const where = (ownerStays ? [owner] : others.map(([other]) => other)).join(', ');
    return [{ file, reason: `class ${name} is in ${where} too; the name of a worker must be unique` }];
  });
}
