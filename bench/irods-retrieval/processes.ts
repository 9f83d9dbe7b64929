import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { jarServer } from '../../embedded/jar-server.ts';

const LOOK_MS = 50;
/** Linux tells it so on every machine of today. */
const TICKS_PER_SECOND = 100;
const readySchema = z.object({ ready: z.literal(true), port: z.number() });

/** The most memory that a living process ever had, in MiB; 0 if it is gone. */
export function peakOf(pid: number): number {
  try {
    const kib = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return Number(kib ?? 0) / 1024;
  } catch {
    return 0;
  }
}

/** Seconds of processor time that a living process has used; 0 if it is gone. */
export function cpuSecondsOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Behind the program's name, which may hold blanks: user and system time are the 12th and 13th.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  } catch {
    return 0;
  }
}

/** A jar server as a process of its own. */
export async function startJarProcess(folder: string) {
  const { command, args } = jarServer({ folder, port: 0 });
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line]: unknown[] = await once(createInterface({ input: child.stdout }), 'line');
  const { port } = readySchema.parse(JSON.parse(String(line)));
  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    stop: async () => {
      child.stdin.end();
      await once(child, 'close');
    },
  };
}

/** Runs a script beside this one to its end. Gives what it printed, and the peak memory of any process it started. */
export async function runApart(script: URL, args: readonly string[]): Promise<{ output: string; childrenMiB: number }> {
  const child = spawn(process.execPath, [...process.execArgv, script.pathname, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let childrenMiB = 0;
  const looking = setInterval(() => {
    for (const pid of childrenOf(child)) childrenMiB = Math.max(childrenMiB, peakOf(pid));
  }, LOOK_MS);
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  clearInterval(looking);
  if (code !== 0) throw new Error(`${script.pathname} ended with ${String(code)}`);
  return { output, childrenMiB };
}

function childrenOf({ pid }: ChildProcess): number[] {
  try {
    const threads = readdirSync(`/proc/${pid}/task`);
    const lists = threads.map((thread) => readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8'));
    return lists.join(' ').split(' ').filter(Boolean).map(Number).filter(isBaton);
  } catch {
    return [];
  }
}

/** The TypeScript loader has a process of its own too. */
function isBaton(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('baton-');
  } catch {
    return false;
  }
}
