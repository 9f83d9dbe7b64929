import type { SourceProblem } from '../../bundling/source-problem.ts';
import type { ExportedClass } from '../threads/messages.ts';

/** What is known about the classes of one file. */
export interface FileClasses {
  /** Relative to the folder. */
  readonly file: string;
  /** Source of the file. */
  readonly text: string;
  readonly classes: readonly ExportedClass[];
  /** Classes that are declared abstract, by name. */
  readonly abstracts: ReadonlySet<string>;
}

/** Which of a file's classes are workers, or why they cannot be. */
export interface NamedWorkers {
  /** Empty where there are problems. */
  readonly names: readonly string[];
  readonly problems: readonly SourceProblem[];
}

const CONFIG_NAME = /^[A-Za-z_$][\w$]*$/;

/**
 * Decides which of the classes that a file exports are run.
 * @param reserved names that are not to be had
 */
export function nameWorkers(found: FileClasses, reserved: ReadonlySet<string>): NamedWorkers {
  const concrete = found.classes.filter(({ name }) => !found.abstracts.has(name));
  const problems = concrete.flatMap((one, index) => faultsOf(one, concrete.slice(0, index), reserved, found));
  if (problems.length > 0) return { names: [], problems };
  if (concrete.length > 0) return { names: concrete.map(({ name }) => name), problems };
  return { names: [], problems: [{ file: found.file, reason: nothingToRun(found) }] };
}

function faultsOf(
  { name, runs }: ExportedClass,
  before: readonly ExportedClass[],
  reserved: ReadonlySet<string>,
  { file, text }: FileClasses,
): SourceProblem[] {
  const problem = (reason: string): SourceProblem[] => [{ file, ...lineOf(text, name), reason }];
  if (name === '')
    return problem('exports a class without a name; its name is that of its config file and of its Schedule');
  if (reserved.has(name))
    return problem(`class ${name} has the name of one that comes with Cookie Monster; give it another one`);
  if (!CONFIG_NAME.test(name))
    return problem(`class ${name} cannot give its name to a config file (allowed: ASCII letters, digits, _ and $)`);
  if (before.some((other) => other.name === name)) return problem(`exports two classes named ${name}`);
  return runs ? [] : problem(`class ${name} has no callback()`);
}

function nothingToRun({ classes }: FileClasses): string {
  const [first] = classes;
  if (first !== undefined) return `exports only an abstract class, ${first.name}: there is nothing to run`;
  return "exports no class that extends PeriodicWorker (imported from 'cookie-monster')";
}

/** Where a class is declared, if it is in this very file. */
function lineOf(text: string, name: string): Pick<SourceProblem, 'line'> {
  const lines = text.split('\n');
  const declaration = name === '' ? /\bclass\s*(extends\b|\{)/ : new RegExp(`\\bclass\\s+${escaped(name)}(?![\\w$])`);
  const index = lines.findIndex((line) => declaration.test(line));
  return index === -1 ? {} : { line: index + 1 };
}

function escaped(text: string): string {
  return text.replaceAll('$', String.raw`\$`);
}
