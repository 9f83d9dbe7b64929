import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/** What a program said, and how it ended. */
export interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Runs one of the programs in a folder to its end, on all of its input at once. */
export async function runProgram(
  bin: string,
  [program = '', ...args]: readonly string[],
  stdin: string,
): Promise<Ended> {
  const child = spawn(join(bin, program), args);
  child.stdin.on('error', () => {});
  child.stdin.end(stdin);
  const ended = new Promise<Pick<Ended, 'code' | 'signal'>>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  const [stdout, stderr, exit] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { stdout, stderr, ...exit };
}
