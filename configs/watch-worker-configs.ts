import { once } from 'node:events';
import { statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { watch } from 'chokidar';
import { isFolder } from './folders.ts';
import type { ConfigProblem } from './errors.ts';
import {
  inspectWorkerConfigs,
  readWorkerConfigs,
  type StandingConfigs,
  type WorkerConfig,
  type WorkerConfigs,
} from './worker-configs.ts';

const QUIET_MS = 150;
const POLL_MS = 2000;

/** How a folder is watched. */
export interface WatchOptions {
  /** How long the folder must be quiet before it is read. @default 150 */
  readonly quietMs?: number;
  /** How often it is read anyway, because file systems lose events. @default 2000 */
  readonly pollMs?: number;
  /** What else makes a configuration unusable. */
  readonly inspect?: (config: WorkerConfig) => readonly ConfigProblem[] | Promise<readonly ConfigProblem[]>;
  /** Classes that run without a file. */
  readonly standing?: StandingConfigs;
  /** Something else that what is in force depends on: when it is another text, everything is handed over again. */
  readonly also?: () => string;
  /** Told what `onChange` or the watching threw; it is tried again at the next poll. */
  readonly onError?: (error: unknown) => void;
}

/** A folder being watched. */
export interface WorkerConfigWatcher {
  /** What is in force: the newest good configuration of each class, and the problems there are. */
  readonly current: WorkerConfigs;
  /** Looks again soon, as after a change. */
  look(): void;
  /** Stops; resolves when no `onChange` runs any more. */
  close(): Promise<void>;
}

/**
 * Reads worker files now and whenever they change, and hands what is then in force to `onChange`, one call at a time,
 * the first one before this resolves. A file that breaks leaves its class's last good configuration in force; a folder
 * that goes away leaves all of them.
 * @throws what the first `onChange` throws
 */
export async function watchWorkerConfigs(
  folder: string,
  onChange: (configs: WorkerConfigs) => void | Promise<void>,
  options: WatchOptions = {},
): Promise<WorkerConfigWatcher> {
  const watching = new Watching(folder, onChange, options);
  await watching.start();
  return watching;
}

class Watching implements WorkerConfigWatcher {
  readonly #folder: string;
  readonly #onChange: (configs: WorkerConfigs) => void | Promise<void>;
  readonly #options: WatchOptions;
  #current: WorkerConfigs = { configs: new Map(), broken: new Set(), problems: [] };
  #seen = false;
  #told = '';
  #waiting = false;
  #turn: Promise<void> = Promise.resolve();
  #quiet: NodeJS.Timeout | undefined;
  #close: () => Promise<void> = () => Promise.resolve();

  constructor(folder: string, onChange: (configs: WorkerConfigs) => void | Promise<void>, options: WatchOptions) {
    this.#folder = folder;
    this.#onChange = onChange;
    this.#options = options;
  }

  get #quietMs(): number {
    return this.#options.quietMs ?? QUIET_MS;
  }

  get current(): WorkerConfigs {
    return this.#current;
  }

  async start(): Promise<void> {
    const watcher = watch(this.#folder, { ignoreInitial: true, depth: 0, atomic: false });
    // Raw, because chokidar drops some of what follows closely upon something else.
    watcher.on('raw', () => this.#soon()).on('error', (error) => this.#options.onError?.(error));
    // Changes before that would go unnoticed; the first look sees them.
    await once(watcher, 'ready');
    const poll = setInterval(() => this.#later(), this.#options.pollMs ?? POLL_MS);
    this.#close = async () => {
      clearInterval(poll);
      await watcher.close();
      clearTimeout(this.#quiet);
    };
    const first = this.#look();
    this.#turn = first.catch(() => {});
    try {
      await first;
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  look(): void {
    this.#later();
  }

  async close(): Promise<void> {
    await this.#close();
    await this.#turn;
  }

  #soon(): void {
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(() => this.#later(), this.#quietMs);
  }

  #later(): void {
    if (this.#waiting) return;
    this.#waiting = true;
    this.#turn = this.#lookAfter(this.#turn);
  }

  async #lookAfter(before: Promise<void>): Promise<void> {
    await before;
    this.#waiting = false;
    try {
      await this.#look();
    } catch (error) {
      this.#options.onError?.(error);
    }
  }

  async #look(): Promise<void> {
    const also = this.#options.also?.() ?? '';
    let next = await this.#read();
    if ([...this.#current.configs].some(([worker, { file }]) => next.configs.get(worker)?.file !== file)) {
      // Editors and git delete before they write: a file is gone only if it is still gone a moment later.
      await sleep(this.#quietMs);
      next = await this.#read();
    }
    const print = fingerprint(next) + also;
    if (print === this.#told) return;
    this.#current = next;
    await this.#onChange(next);
    // Only now: a change that could not be acted on is handed over again at the next poll.
    this.#told = print;
  }

  async #read(): Promise<WorkerConfigs> {
    const { inspect = () => [], standing } = this.#options;
    const read = await inspectWorkerConfigs(readWorkerConfigs(this.#folder, undefined, standing), inspect);
    if (!this.#seen || isFolder(this.#folder)) {
      this.#seen ||= statSync(this.#folder, { throwIfNoEntry: false }) !== undefined;
      return keepLastGood(read, this.#current);
    }
    const gone = { file: this.#folder, path: '', found: 'nothing', allowed: 'a folder of worker files' };
    return { ...this.#current, problems: [gone] };
  }
}

function keepLastGood(read: WorkerConfigs, last: WorkerConfigs): WorkerConfigs {
  const kept = [...last.configs].filter(([worker]) => read.broken.has(worker));
  const configs = new Map<string, WorkerConfig>([...read.configs, ...kept].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  const defaults = read.defaults ?? last.defaults;
  return { ...read, configs, ...(defaults === undefined ? {} : { defaults }) };
}

function fingerprint({ configs, defaults, broken, problems }: WorkerConfigs): string {
  const digests = [...configs.values()].map(({ worker, file, digest }) => [worker, file, digest]);
  return JSON.stringify([digests, defaults?.digest, [...broken], problems]);
}
