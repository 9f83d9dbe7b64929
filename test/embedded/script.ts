import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A fixture that runs as a process of its own. */
export interface Script {
  readonly process: ChildProcess;
  /** Its next line of output. */
  line(): Promise<string>;
  /** Ends it the hard way, if it still runs. */
  kill(): Promise<void>;
}

/** Runs a fixture, written in TypeScript, as a process of its own. */
export function runScript(fixture: string, ...args: string[]): Script {
  const path = join(import.meta.dirname, 'fixtures', fixture);
  const child = spawn(process.execPath, ['--import', 'tsx', path, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    process: child,
    line: async () => String((await lines.next()).value),
    kill: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}
