import { loadSettings } from '../../configs/load-settings.ts';
import { checkWorkers } from '../../periodic/user-workers/check-workers.ts';
import { checkRules } from '../../rulebook/keeping/check-rules.ts';
import type { RuleProblem } from '../../rulebook/problem.ts';
import { RESERVED_NAMES } from '../../workers/inspect-worker-config.ts';

/** `cookie-monster rules check`: what a folder's rules and periodic workers define, or what is wrong in it. */
export async function rulesCheckCommand(folder?: string): Promise<number> {
  const { rules, workers } = foldersOf(folder);
  const [book, classes] = [await checkRules(rules), await checkWorkers(workers, RESERVED_NAMES)];
  const problems = [...book.problems, ...classes.problems];
  for (const problem of problems) console.error(lineOf(problem));
  if (problems.length > 0) return 1;
  for (const { kind, id, file, priority } of book.definitions) {
    console.log(`${kind.padEnd(8)} ${id} (${file}${priority === undefined ? '' : `, priority ${priority}`})`);
  }
  for (const { name, file } of classes.workers) console.log(`worker   ${name} (${file})`);
  console.log(`${book.definitions.length} definitions, rulebook ${book.hash?.slice(0, 12)}`);
  return 0;
}

function foldersOf(folder: string | undefined): { rules: string; workers: string } {
  if (folder !== undefined) return { rules: folder, workers: folder };
  const { rulesFolder, workersFolder } = loadSettings();
  return { rules: rulesFolder, workers: workersFolder };
}

function lineOf({ file, line, column, reason }: RuleProblem): string {
  if (file === undefined) return reason;
  return `${line === undefined ? file : `${file}:${line}:${column ?? 1}`}: ${reason}`;
}
