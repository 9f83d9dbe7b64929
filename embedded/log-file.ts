import { closeSync, existsSync, fstatSync, openSync, readSync, renameSync } from 'node:fs';

/** As much of a log as a person wants to read in an error message. */
const TAIL_BYTES = 2_000;

/** Sets the log of an earlier run aside as `<file>.1`; of older ones nothing is kept. */
export function rotateLog(file: string): void {
  if (existsSync(file)) renameSync(file, `${file}.1`);
}

/** The last lines of a log; empty if there is none. */
export function logTail(file: string): string {
  if (!existsSync(file)) return '';
  const log = openSync(file, 'r');
  try {
    const { size } = fstatSync(log);
    const tail = Buffer.alloc(Math.min(size, TAIL_BYTES));
    readSync(log, tail, 0, tail.length, size - tail.length);
    const text = tail.toString('utf8');
    return (size > TAIL_BYTES ? text.slice(text.indexOf('\n') + 1) : text).trimEnd();
  } finally {
    closeSync(log);
  }
}
