import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { ProgramMissingError } from './errors.ts';

/** How a program ended, and what it said. */
export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  /** All that it said, stdout first: iRODS's programs explain themselves on both. */
  readonly said: string;
}

/** No iRODS server takes longer to say yes or no. */
const TIMEOUT_MS = 120_000;

/**
 * Runs a program to its end, with no shell and with nothing to read: it asks nobody for a password.
 * @throws ProgramMissingError if it cannot be started
 */
export async function runProgram(program: string, args: readonly string[], hint: string): Promise<Ran> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  // Node's own time-out goes on where the program was never started.
  const impatience = setTimeout(() => child.kill('SIGKILL'), TIMEOUT_MS);
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', (cause) =>
      reject(new ProgramMissingError(`${program} cannot be run: ${cause.message}; allowed: ${hint}`, { cause })),
    );
    child.once('close', resolve);
  });
  try {
    const [code, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
    return { code, stdout, said: [stdout.trim(), stderr.trim()].filter((part) => part !== '').join('\n') };
  } finally {
    clearTimeout(impatience);
  }
}
