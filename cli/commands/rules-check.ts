import { loadSettings } from '../../configs/load-settings.ts';
import { checkRules } from '../../rulebook/keeping/check-rules.ts';

/** `cookie-monster rules check`: what a rules folder defines, or what is wrong in it. */
export async function rulesCheckCommand(folder: string = loadSettings().rulesFolder): Promise<number> {
  const { definitions, problems, hash } = await checkRules(folder);
  for (const { file, line, column, reason } of problems) {
    const place = line === undefined ? file : `${file}:${line}:${column ?? 1}`;
    console.error(`${place}: ${reason}`);
  }
  if (problems.length > 0) return 1;
  for (const { kind, id, file, priority } of definitions) {
    console.log(`${kind.padEnd(8)} ${id} (${file}${priority === undefined ? '' : `, priority ${priority}`})`);
  }
  console.log(`${definitions.length} definitions, rulebook ${hash?.slice(0, 12)}`);
  return 0;
}
