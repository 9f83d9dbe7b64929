import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { z } from 'zod';
import { codeOf, messageOf } from '../thrown.ts';

const MAX_OUTPUT_BYTES = 8 * 1024 * 1024;

/** What `execFile` adds to the error of a program that failed. */
const failureSchema = z.object({ killed: z.boolean().default(false), stderr: z.string().default('') });

/**
 * Runs a program to its end and gives what it printed.
 *
 * @throws Error in one line: that it is missing, ended late, or the last thing it said.
 */
export async function runProgram(command: string, args: readonly string[], timeoutMs: number): Promise<string> {
  try {
    const options = { timeout: timeoutMs, maxBuffer: MAX_OUTPUT_BYTES, killSignal: 'SIGKILL' } as const;
    return (await promisify(execFile)(command, args, options)).stdout;
  } catch (error) {
    throw new Error(explain(error, timeoutMs), { cause: error });
  }
}

function explain(error: unknown, timeoutMs: number): string {
  if (codeOf(error) === 'ENOENT') return 'not found';
  if (codeOf(error) === 'EACCES') return 'not executable';
  const failure = failureSchema.safeParse(error).data;
  if (failure?.killed) return `not done within ${timeoutMs / 1000} s`;
  return lastLine(failure?.stderr ?? '') || messageOf(error);
}

function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1)?.trim() ?? '';
}
