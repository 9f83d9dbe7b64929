import { readdirSync, readFileSync } from 'node:fs';
import { peakOf } from '../irods-retrieval/processes.ts';

const SAMPLE_MS = 1000;
/** Of what was started, by a word of its command line. */
const NAMES: readonly (readonly [RegExp, string])[] = [
  [/guard\.js/, 'guards'],
  [/jar\/main/, 'jar server'],
  [/start-dev/, 'Temporal server'],
  [/baton-/, 'baton'],
];

/** Watches the memory of processes: those that are named, and all that this one or they have started. */
export class MemoryWatch {
  readonly #names: ReadonlyMap<number, string>;
  readonly #peaks = new Map<number, { readonly name: string; readonly mib: number }>();
  readonly #timer: NodeJS.Timeout;

  constructor(named: Readonly<Record<string, number>>) {
    this.#names = new Map(Object.entries(named).map(([name, pid]) => [pid, name]));
    this.#timer = setInterval(() => this.#look(), SAMPLE_MS);
    this.#look();
  }

  /** The highest peak of any process of each name, in MiB. */
  stop(): ReadonlyMap<string, number> {
    this.#look();
    clearInterval(this.#timer);
    const peaks = new Map<string, number>();
    for (const { name, mib } of this.#peaks.values()) peaks.set(name, Math.max(peaks.get(name) ?? 0, mib));
    return peaks;
  }

  #look(): void {
    for (const pid of descendantsOf(process.pid)) {
      const name = this.#names.get(pid) ?? nameOf(pid);
      if (name !== undefined) this.#peaks.set(pid, { name, mib: peakOf(pid) });
    }
  }
}

function nameOf(pid: number): string | undefined {
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    return NAMES.find(([pattern]) => pattern.test(command))?.[1];
  } catch {
    return undefined;
  }
}

function descendantsOf(root: number): number[] {
  const found = [root];
  for (const pid of found) found.push(...childrenOf(pid));
  return found.slice(1);
}

function childrenOf(pid: number): number[] {
  try {
    const lists = readdirSync(`/proc/${pid}/task`).map((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8'),
    );
    return lists.join(' ').split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}
