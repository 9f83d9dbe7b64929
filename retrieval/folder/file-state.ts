import type { BigIntStats } from 'node:fs';

/** What tells that a file has changed. */
export interface FileState {
  /** Bytes. */
  readonly size: number;
  /** When its content changed (mtime), in microseconds since 1970. */
  readonly modified: number;
  /** When anything about it changed (ctime), in microseconds since 1970. */
  readonly changed: number;
}

const THOUSAND = 1000n;
const LAST_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** In microseconds: JSON has no whole numbers for nanoseconds, and milliseconds miss changes. */
export function fileState(stats: BigIntStats): FileState {
  return {
    size: Number(stats.size),
    modified: Number(stats.mtimeNs / THOUSAND),
    changed: Number(stats.ctimeNs / THOUSAND),
  };
}

/** Whether two states are the same in all that counts. */
export function sameState(a: FileState, b: FileState): boolean {
  return a.size === b.size && a.modified === b.modified && a.changed === b.changed;
}

/** Milliseconds of microseconds, kept within the years that ISO texts sort in. */
export function toMs(microseconds: number): number {
  return Math.min(Math.max(0, Math.floor(microseconds / 1000)), LAST_MS);
}
