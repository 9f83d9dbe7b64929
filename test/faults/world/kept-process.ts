import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** A process to run. */
export interface ProcessOptions {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly logFile: string;
}

/** That a process ended by itself. */
export interface Death {
  readonly name: string;
  readonly code: number | null;
  readonly signal: string | null;
  /** The end of its log. */
  readonly lastWords: string;
}

const AGAIN_MS = 400;
const GRACE_MS = 30_000;
const LAST_WORDS = 1_500;

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** A process that is started again whenever it ends, as a supervisor would, unless it is to be down. */
export class KeptProcess {
  readonly #options: ProcessOptions;
  #child: ChildProcess | undefined;
  #wanted = false;
  #exited: Promise<void> = Promise.resolve();
  #logStart = 0;
  readonly #deaths: Death[] = [];
  readonly #ends: { readonly code: number | null; readonly tookMs: number }[] = [];
  /** The most memory that one of its incarnations held, in KiB. */
  #peakKib = 0;

  constructor(options: ProcessOptions) {
    this.#options = options;
  }

  get name(): string {
    return this.#options.name;
  }

  /** When it ended though nobody had asked it to. */
  get deaths(): readonly Death[] {
    return this.#deaths;
  }

  /** How it ended when it was asked to. */
  get ends(): readonly { readonly code: number | null; readonly tookMs: number }[] {
    return this.#ends;
  }

  get peakKib(): number {
    this.#notePeak();
    return this.#peakKib;
  }

  get log(): string {
    return readFileSync(this.#options.logFile, 'utf8');
  }

  /** What its present incarnation has written. */
  get said(): string {
    return this.log.slice(this.#logStart);
  }

  /** @param env in addition to what it has always */
  start(env: Readonly<Record<string, string>> = {}): void {
    this.#wanted = true;
    if (this.#child !== undefined) return;
    const { command, args, cwd, logFile } = this.#options;
    const log = openSync(logFile, 'a');
    this.#logStart = readFileSync(logFile, 'utf8').length;
    try {
      const stdio = ['pipe' as const, log, log];
      const child = spawn(command, args, { cwd, env: { ...this.#options.env, ...env }, stdio });
      // It ends when the harness does: the embedded jar watches its input.
      child.stdin?.on('error', () => {});
      running.add(child);
      this.#child = child;
      this.#exited = this.#watch(child, env);
    } finally {
      closeSync(log);
    }
  }

  /** `kill -9`; it stays down until it is started. */
  async kill(): Promise<void> {
    this.#wanted = false;
    this.#notePeak();
    this.#child?.kill('SIGKILL');
    await this.#exited;
  }

  /** SIGTERM, and the hard way if it does not end. */
  async end(): Promise<void> {
    this.#wanted = false;
    const child = this.#child;
    if (child === undefined) return;
    this.#notePeak();
    const began = Date.now();
    child.kill('SIGTERM');
    child.kill('SIGCONT');
    const inTime = await Promise.race([this.#exited.then(() => true), delay(GRACE_MS, false, { ref: false })]);
    const { exitCode: code, signalCode } = child;
    // Another fault may have killed it meanwhile; a signal too early for it to know is obeyed by the system.
    if (signalCode === null) this.#ends.push({ code: inTime ? code : null, tookMs: Date.now() - began });
    if (!inTime) await this.kill();
  }

  /** Sends a signal to it, if it runs. */
  signal(name: NodeJS.Signals): void {
    this.#child?.kill(name);
  }

  async #watch(child: ChildProcess, env: Readonly<Record<string, string>>): Promise<void> {
    await new Promise<void>((resolve) => {
      child.once('exit', () => resolve());
      child.once('error', () => resolve());
    });
    running.delete(child);
    this.#child = undefined;
    if (!this.#wanted) return;
    const { exitCode: code, signalCode: signal } = child;
    this.#deaths.push({ name: this.name, code, signal, lastWords: this.said.slice(-LAST_WORDS) });
    setTimeout(() => this.#wanted && this.start(env), AGAIN_MS);
  }

  #notePeak(): void {
    if (this.#child?.pid === undefined) return;
    try {
      const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8');
      this.#peakKib = Math.max(this.#peakKib, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0));
    } catch {
      // It has ended, or this is no Linux.
    }
  }
}
