import { writeSync } from 'node:fs';

/** What a pipe's buffer holds in C. */
const BLOCK_BYTES = 4096;
const SLOW_BYTES = 1000;

/** Thrown when nobody reads any more. */
export class BrokenPipe extends Error {
  override readonly name = 'BrokenPipe';
}

/** Standard output as C has it: blocking, and held back in blocks unless flushed. */
export class Output {
  readonly #unbuffered: boolean;
  #held: Buffer[] = [];
  #heldBytes = 0;
  /** Milliseconds between two pieces. */
  pauseMs = 0;
  /** After how many bytes of an answer the process is killed. */
  cutAfter = Number.POSITIVE_INFINITY;

  constructor(unbuffered: boolean) {
    this.#unbuffered = unbuffered;
  }

  /** One answer, given in pieces that make one line. */
  line(pieces: Iterable<string>): void {
    for (const piece of pieces) this.#hold(Buffer.from(piece));
    this.#hold(Buffer.from('\n'));
    if (this.#unbuffered) this.flush();
  }

  flush(): void {
    const all = Buffer.concat(this.#held);
    this.#held = [];
    this.#heldBytes = 0;
    const step = this.pauseMs > 0 ? SLOW_BYTES : Math.max(all.length, 1);
    for (let start = 0; start < all.length; start += step) {
      write(all.subarray(start, start + step));
      if (this.pauseMs > 0) sleepSync(this.pauseMs);
    }
  }

  #hold(bytes: Buffer): void {
    const kept = bytes.subarray(0, Math.min(bytes.length, this.cutAfter));
    this.cutAfter -= bytes.length;
    this.#held.push(kept);
    this.#heldBytes += kept.length;
    if (this.cutAfter <= 0) {
      this.flush();
      process.kill(process.pid, 'SIGKILL');
    }
    if (this.#heldBytes >= BLOCK_BYTES) this.flush();
  }
}

/** A line on stderr as the programs log. */
export function logError(text: string): void {
  const time = new Date().toISOString().replace(/\.\d+/, '');
  try {
    writeSync(2, `${time} ERROR ${text}\n`);
  } catch {
    // nobody reads it
  }
}

/** Waits without letting anything else happen, as C does. */
function sleepSync(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

function write(bytes: Buffer): void {
  try {
    for (let done = 0; done < bytes.length;) done += writeOrWait(bytes.subarray(done));
  } catch (error) {
    throw new BrokenPipe(String(error), { cause: error });
  }
}

function writeOrWait(bytes: Buffer): number {
  try {
    return writeSync(1, bytes);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error;
    sleepSync(1);
    return 0;
  }
}
