import type { Logger } from 'pino';
import { Lifetime, runUntilSignal } from './lifetime.ts';
import { createLogger, logTemporalTo } from './log.ts';

/**
 * Runs a command that serves until it is told to stop. `serve` starts everything, noting in the lifetime how to close
 * it, and settles only when the command has to end for a reason of its own. What was opened is closed in any case.
 * @returns the exit code
 * @throws what `serve` rejects with
 */
export async function runCommand(
  serve: (lifetime: Lifetime, log: Logger) => Promise<unknown>,
  log: Logger = createLogger(),
): Promise<number> {
  logTemporalTo(log);
  const lifetime = new Lifetime(log);
  return runUntilSignal(lifetime, log, serve(lifetime, log));
}
