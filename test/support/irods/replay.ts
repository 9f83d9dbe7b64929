import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** How a replayed program ends when it has nothing left to say. */
export interface ReplayEnd {
  readonly exitCode: number;
  readonly signal?: string | undefined;
  readonly stderr: string;
}

/**
 * Puts a program into a folder that answers each line of input with the next of the given texts, whatever is asked, and
 * then ends.
 */
export function replayProgram(bin: string, program: string, answers: readonly string[], end: ReplayEnd): void {
  mkdirSync(bin, { recursive: true });
  const script = `#!${process.execPath}
const { answers, end } = ${JSON.stringify({ answers, end })};
const finish = () => {
  require('node:fs').writeSync(2, end.stderr);
  if (end.signal) process.kill(process.pid, end.signal);
  else process.exit(end.exitCode);
};
require('node:readline').createInterface({ input: process.stdin }).on('line', () => {
  const answer = answers.shift();
  if (answer === undefined) finish();
  else require('node:fs').writeSync(1, answer + '\\n');
}).on('close', finish);
`;
  const path = join(bin, program);
  writeFileSync(path, script);
  chmodSync(path, 0o755);
}
