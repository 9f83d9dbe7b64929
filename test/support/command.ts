import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { identifyProcess, isAlive, type ProcessIdentity } from '../../embedded/process-identity.ts';
import { until } from './ground.ts';

const BIN = join(import.meta.dirname, '..', '..', 'bin', 'cookie-monster.js');

/** What the environment of the tests must not tell a command. */
const OURS = /^(COOKIE_MONSTER_|COUCHDB_|TEMPORAL_(?!CLI$)|HOST$|PORT$|NODE_OPTIONS$|JEST_)/;

/** A `cookie-monster` command that runs as a process of its own. */
export interface RunningCommand extends AsyncDisposable {
  readonly pid: number;
  /** What it has written so far. */
  readonly output: { readonly stdout: string; readonly stderr: string };
  /** Waits until its output has a text. @throws Error with the output, also where it ends before that */
  says(text: string | RegExp, deadlineMs?: number): Promise<void>;
  /** Sends a signal to it alone. */
  signal(name: NodeJS.Signals): void;
  /** The processes of its tree, itself first. */
  tree(): ProcessIdentity[];
  readonly ended: boolean;
  /** Its exit code once it has ended; null where a signal ended it. */
  readonly exit: Promise<number | null>;
}

/** Runs a command; `await using` ends it the hard way where it still runs. */
export function startCommand(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  cwd: string,
): RunningCommand {
  const inherited = Object.entries(process.env).filter(([name]) => !OURS.test(name));
  const env = { ...Object.fromEntries(inherited), ...environment };
  const child = spawn(process.execPath, [BIN, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  const exit = new Promise<number | null>((resolve) => {
    child.once('close', resolve);
  });
  const ended = () => child.exitCode !== null || child.signalCode !== null;
  const whole = () => `${output.stdout}\n${output.stderr}`;
  return {
    pid: pidOf(child),
    output,
    exit,
    get ended() {
      return ended();
    },
    async says(text, deadlineMs) {
      const isSaid = () => (typeof text === 'string' ? whole().includes(text) : text.test(whole()));
      try {
        await until(() => isSaid() || ended(), `the command to say ${String(text)}`, deadlineMs);
      } catch (error) {
        throw new Error(`${String(error)}; it said:\n${whole()}`, { cause: error });
      }
      if (!isSaid()) throw new Error(`the command ended without saying ${String(text)}; it said:\n${whole()}`);
    },
    signal: (name) => child.kill(name),
    tree: () => treeOf(pidOf(child)),
    async [Symbol.asyncDispose]() {
      if (!ended()) child.kill('SIGKILL');
      await exit;
    },
  };
}

/** Runs a command to its end. */
export async function runCommand(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  cwd: string,
): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
  await using command = startCommand(args, environment, cwd);
  const code = await command.exit;
  return { code, ...command.output };
}

/** Kills processes as `kill -9` does, all at once. */
export function killHard(processes: readonly ProcessIdentity[]): void {
  for (const identity of processes) if (isAlive(identity)) process.kill(identity.pid, 'SIGKILL');
}

function pidOf({ pid }: ChildProcess): number {
  if (pid === undefined) throw new Error('the command could not be started');
  return pid;
}

/** A process and what it started, what those started, and so on. */
function treeOf(root: number): ProcessIdentity[] {
  const parents = parentsOf();
  const tree = [root];
  for (const pid of tree) tree.push(...[...parents].flatMap(([child, parent]) => (parent === pid ? [child] : [])));
  return tree.flatMap((pid) => identifyProcess(pid) ?? []);
}

function parentsOf(): Map<number, number> {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return new Map(pids.flatMap((pid) => parentOf(pid).map((parent): [number, number] => [Number(pid), parent])));
}

function parentOf(pid: string): number[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return [Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])];
  } catch {
    // It ended in between.
    return [];
  }
}
