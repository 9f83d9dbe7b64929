import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, lstat, open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { obstacleOf } from './errors.ts';
import { type FileState, fileState, sameState, toMs } from './file-state.ts';

/** What became of looking closely at a file. */
export type FileReading =
  | { readonly kind: 'read'; readonly state: FileState; readonly sha256?: string }
  /** It can be seen but not opened. */
  | { readonly kind: 'unreadable'; readonly state: FileState }
  | { readonly kind: 'vanished' }
  /** Somebody writes to it. */
  | { readonly kind: 'unfinished' };

/** How a file is read. */
export interface ReadOptions {
  /** The largest size to hash, in bytes. */
  readonly hashUpTo: number;
  readonly signal: AbortSignal;
  /** Called now and then while a long file is read. */
  readonly report: () => void;
}

/**
 * File systems stamp times with the kernel's clock, whose ticks take up to 10 ms: of two writes within one tick, the
 * second leaves no trace in the times. Only the state of a file that was quiet for longer than that is to be relied on.
 */
const TICK_MS = 20;
const TRIES = 3;
const CHUNK_BYTES = 256 * 1024;
// Not through a symbolic link, and not waiting for ever should it have become a pipe. Windows has neither flag.
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** Looks closely at a file that was seen to be new or changed, and hashes it if it is small enough. */
export async function readFileReliably(path: string, seen: FileState, options: ReadOptions): Promise<FileReading> {
  try {
    const state = await onceQuiet(seen, async () => fileState(await lstat(path, { bigint: true })));
    if (state.size > options.hashUpTo) return { kind: 'read', state };
    return await hashFile(path, state, options);
  } catch (error) {
    options.signal.throwIfAborted();
    return obstacleOf(error) === 'vanished' ? { kind: 'vanished' } : { kind: 'unreadable', state: seen };
  }
}

async function hashFile(path: string, seen: FileState, options: ReadOptions): Promise<FileReading> {
  const file = await tryOpen(path);
  if (file === undefined) return { kind: 'unreadable', state: seen };
  try {
    for (let turn = 1; turn <= TRIES; turn++) {
      const state = await onceQuiet(await stateOf(file), () => stateOf(file));
      if (state.size > options.hashUpTo) return { kind: 'read', state };
      const sha256 = await digest(file, state.size, options);
      if (sameState(state, await stateOf(file))) return { kind: 'read', state, sha256 };
    }
    return { kind: 'unfinished' };
  } finally {
    await file.close();
  }
}

async function tryOpen(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, OPEN_FLAGS);
  } catch (error) {
    if (obstacleOf(error) === 'unreadable') return undefined;
    throw error;
  }
}

async function stateOf(file: FileHandle): Promise<FileState> {
  return fileState(await file.stat({ bigint: true }));
}

async function onceQuiet(seen: FileState, again: () => Promise<FileState>): Promise<FileState> {
  if (Date.now() - toMs(seen.changed) > TICK_MS) return seen;
  await sleep(TICK_MS);
  return again();
}

async function digest(file: FileHandle, size: number, { signal, report }: ReadOptions): Promise<string> {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(Math.max(1, Math.min(size, CHUNK_BYTES)));
  // Not beyond the size: a file that grows as fast as it is read would never end.
  for (let position = 0; position < size;) {
    signal.throwIfAborted();
    const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, size - position), position);
    if (bytesRead === 0) break;
    hash.update(buffer.subarray(0, bytesRead));
    position += bytesRead;
    report();
  }
  return hash.digest('hex');
}
