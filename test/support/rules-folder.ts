import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Log } from '../../rulebook/authoring/context.ts';

/** A folder of rule files in a temporary folder of its own, which also has room for a data folder and for files beside it. */
export interface RulesFolder extends AsyncDisposable {
  /** The temporary folder around it. */
  readonly base: string;
  readonly rules: string;
  readonly home: string;
  readonly cache: string;
  /** Writes a file; the path is relative to the rules folder. */
  write(path: string, text: string): Promise<void>;
}

export async function rulesFolder(files: Readonly<Record<string, string>> = {}): Promise<RulesFolder> {
  const base = await realpath(await mkdtemp(join(tmpdir(), 'cookie-monster-rules-')));
  const rules = join(base, 'rules');
  const write = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(join(rules, path)), { recursive: true });
    await writeFile(join(rules, path), text);
  };
  await mkdir(rules);
  for (const [path, text] of Object.entries(files)) await write(path, text);
  return {
    base,
    rules,
    home: join(base, 'home'),
    cache: join(base, 'home', 'rulebooks'),
    write,
    [Symbol.asyncDispose]: async () => rm(base, { recursive: true, force: true, maxRetries: 5 }),
  };
}

/** A rule's source: it matches where the expression is true, and notifies about its own id. */
export function ruleSource(id: string, matches = 'true', more = ''): string {
  return [
    `import { defineRule, notify } from 'cookie-monster';`,
    `export default defineRule({`,
    `  id: ${JSON.stringify(id)}, ${more}`,
    `  matches: (cookie, context) => ${matches},`,
    `  action: () => ({ notifications: [notify(${JSON.stringify(id)})] }),`,
    `});`,
    '',
  ].join('\n');
}

/** One line of a {@link LogBook}. */
export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly details: unknown;
}

/** A log that can be read. */
export function logBook(): Log & { readonly lines: readonly LogLine[] } {
  const lines: LogLine[] = [];
  const at = (level: string) => (message: string, details?: unknown) => {
    lines.push({ level, message, details });
  };
  return { lines, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
