import { BatonProcess } from './baton-process.ts';
import { errorOfEnd } from './error-codes.ts';
import { BatonAnswerError } from './errors.ts';

interface Waiting {
  readonly about: string;
  readonly resolve: (line: string) => void;
  readonly reject: (error: unknown) => void;
}

const NEWLINE = 0x0a;
/** A listing of a collection with a million entries fits; more than a string holds does not come near. */
const LONGEST_LINE = 256 * 1024 ** 2;
/** How long an idle process may take to end by itself. */
const GRACE_MS = 2000;

/** One long-lived baton-do: one question at a time, one line of answer each. */
export class ListSession {
  readonly #process: BatonProcess;
  #pieces: Buffer[] = [];
  #bytes = 0;
  #waiting: Waiting | undefined;
  #usable = true;

  constructor(binDir: string | undefined) {
    this.#process = new BatonProcess(binDir, 'baton-do', ['--unbuffered']);
    this.#process.stdout.on('data', (chunk: Buffer) => this.#take(chunk));
    this.#process.stdout.once('close', () => void this.#noteEnd());
    this.#process.ended.catch(() => void this.#noteEnd());
  }

  /** Whether another question may be asked. */
  get usable(): boolean {
    return this.#usable && this.#process.running;
  }

  /**
   * Asks a question, which is one line of JSON, and gives the line that answers it.
   * @throws IrodsConnectionError, IrodsSetupError if the process ends without an answer; BatonAnswerError
   */
  async ask(question: string, about: string): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#waiting = { about, resolve, reject };
      this.#process.forgetComplaint();
      this.#process.write(`${question}\n`);
      if (!this.#usable) void this.#noteEnd();
    });
  }

  /** Ends the process at once, and waits until it is gone. */
  async kill(): Promise<void> {
    this.#usable = false;
    this.#process.kill();
    await this.#process.ended.catch(() => {});
  }

  /** Lets an idle process end, and sees to it that it does. */
  async end(): Promise<void> {
    this.#usable = false;
    this.#process.endInput();
    const impatience = setTimeout(() => this.#process.kill(), GRACE_MS);
    await this.#process.ended.catch(() => {});
    clearTimeout(impatience);
  }

  #take(chunk: Buffer): void {
    const end = chunk.indexOf(NEWLINE);
    this.#pieces.push(end < 0 ? chunk : chunk.subarray(0, end));
    this.#bytes += chunk.length;
    if (this.#bytes > LONGEST_LINE) this.#giveUp(`found an answer of more than ${LONGEST_LINE} bytes`);
    else if (end >= 0 && (this.#waiting === undefined || end < chunk.length - 1))
      this.#giveUp('found an answer to no question');
    else if (end >= 0) this.#answer();
  }

  #answer(): void {
    const line = Buffer.concat(this.#pieces).toString();
    this.#pieces = [];
    this.#bytes = 0;
    this.#waiting?.resolve(line);
    this.#waiting = undefined;
  }

  /** Answers and questions no longer go together. */
  #giveUp(reason: string): void {
    this.#usable = false;
    this.#pieces = [];
    this.#process.kill();
    this.#waiting?.reject(new BatonAnswerError(`${this.#waiting.about}: ${reason}`));
    this.#waiting = undefined;
  }

  async #noteEnd(): Promise<void> {
    this.#usable = false;
    try {
      const ending = await this.#process.ended;
      this.#waiting?.reject(errorOfEnd(this.#process.complaint, ending, this.#waiting.about));
    } catch (error) {
      this.#waiting?.reject(error);
    }
    this.#waiting = undefined;
  }
}
