import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { IrodsConnectionError, type IrodsError, IrodsSetupError } from './errors.ts';

/** How a process ended: for messages, as its exit code says nothing that can be relied on. */
export type Ending = string;

/** How much of stderr is kept, for messages. */
const COMPLAINT_CHARACTERS = 2000;
/** What a person must change before a program can be run; anything else, such as too many processes, may pass. */
const UNUSABLE = new Set(['ENOENT', 'ENOTDIR', 'EACCES', 'ENOEXEC']);

/** One process of a baton program. */
export class BatonProcess {
  readonly stdout: Readable;
  /** Settles when the process is gone and its pipes are closed; rejects with IrodsError if it never ran. */
  readonly ended: Promise<Ending>;
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  #complaint = '';

  /** @param binDir folder of the programs; without it they are looked for on the PATH */
  constructor(binDir: string | undefined, program: string, args: readonly string[]) {
    const path = binDir === undefined ? program : join(binDir, program);
    // A process group of its own: Ctrl-C in the terminal is not for it, and a wrapper script ends with all it started.
    this.#child = spawn(path, args, { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
    this.stdout = this.#child.stdout;
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#complaint = (this.#complaint + text).slice(-COMPLAINT_CHARACTERS);
    });
    // A process that is gone shows in the end of its stdout.
    for (const pipe of [this.#child.stdin, this.#child.stdout, this.#child.stderr]) pipe.on('error', () => {});
    this.ended = this.#watch(path);
    this.ended.catch(() => {});
  }

  /** The last that it wrote to stderr. */
  get complaint(): string {
    return this.#complaint.trim();
  }

  /** What it wrote so far was about something else. */
  forgetComplaint(): void {
    this.#complaint = '';
  }

  /** Whether it has not ended yet, as far as is known. */
  get running(): boolean {
    return this.#child.pid !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  write(text: string): void {
    this.#child.stdin.write(text);
  }

  /** Says that nothing more will be asked: an idle process ends by itself. */
  endInput(): void {
    this.#child.stdin.end();
  }

  /** Ends the process at once; SIGTERM would not do for all of the programs. What it still says is not wanted. */
  kill(): void {
    if (this.running) this.#killGroup();
    this.#closePipes();
  }

  #killGroup(): void {
    if (this.#child.pid === undefined) return;
    try {
      process.kill(-this.#child.pid, 'SIGKILL');
    } catch {
      this.#child.kill('SIGKILL');
    }
  }

  #closePipes(): void {
    for (const pipe of [this.#child.stdin, this.#child.stdout, this.#child.stderr]) pipe.destroy();
  }

  async #watch(path: string): Promise<Ending> {
    return new Promise((resolve, reject) => {
      this.#child.once('error', (cause) => reject(spawnError(path, cause)));
      // Not 'exit': what it wrote last may still have to be read.
      this.#child.once('close', (code, signal) => resolve(signal ?? `exit code ${code}`));
    });
  }
}

function spawnError(path: string, cause: Error): IrodsError {
  const text = `${path} cannot be run; allowed: BATON_BIN_DIR, or the PATH, has baton's programs: ${cause.message}`;
  const isUnusable = 'code' in cause && typeof cause.code === 'string' && UNUSABLE.has(cause.code);
  return isUnusable ? new IrodsSetupError(text, { cause }) : new IrodsConnectionError(text, { cause });
}
