import { type BigIntStats } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isIdentifier } from '../../cookiejar/identifier.ts';
import { inFlight } from '../../periodic/in-flight.ts';
import { obstacleOf } from './errors.ts';
import { type FileState, fileState } from './file-state.ts';
import type { FolderCounts } from './folder-counts.ts';
import type { PathFilter } from './globs.ts';
import { comesBefore, isWithin } from './walk-order.ts';

/** One folder with the files in it that are wanted, by name. Paths are relative to the root, the root's is empty. */
export interface WalkedFolder {
  readonly folder: string;
  readonly files: ReadonlyMap<string, FileState>;
}

/** How a tree is walked. */
export interface WalkOptions {
  readonly root: string;
  readonly wanted: PathFilter;
  readonly unwanted: PathFilter;
  /** Device and inode of folders to leave out, and their absolute paths. */
  readonly leftOut: ReadonlySet<string>;
  /** The last folder, in walking order, that needs no looking at any more. */
  readonly after?: string | undefined;
  readonly counts: FolderCounts;
  readonly signal: AbortSignal;
  /** Called for every entry. */
  readonly report: () => void;
}

/** `lstat`s at once: as many as Node's thread pool has use for. */
const STATS_IN_FLIGHT = 16;
/** What Node puts where a name is not UTF-8. */
const REPLACEMENT = '\uFFFD';

/**
 * Walks a tree folder by folder, parents first, names in order, following no symbolic link. Holds one folder's names,
 * and those of the folders still ahead beside its ancestors.
 */
export async function* walk(options: WalkOptions): AsyncGenerator<WalkedFolder> {
  const { after, signal } = options;
  const ahead = [''];
  for (let folder = ahead.pop(); folder !== undefined; folder = ahead.pop()) {
    signal.throwIfAborted();
    const done = after !== undefined && !comesBefore(after, folder);
    if (done && !isWithin(folder, after)) continue;
    const found = await readFolder(folder, options);
    if (found === undefined) continue;
    ahead.push(...found.folders.toSorted(descending));
    if (!done) yield { folder, files: found.files };
  }
}

/** How a folder is recognised by whatever path it is reached. */
export function folderKey({ dev, ino }: BigIntStats): string {
  return `${dev}:${ino}`;
}

interface FoundInFolder {
  readonly folders: string[];
  readonly files: Map<string, FileState>;
}

async function readFolder(folder: string, options: WalkOptions): Promise<FoundInFolder | undefined> {
  const { root, counts } = options;
  let names: string[];
  try {
    names = await readdir(join(root, folder));
  } catch (error) {
    counts[obstacleOf(error)] += 1;
    return undefined;
  }
  counts.folders += 1;
  const found: FoundInFolder = { folders: [], files: new Map() };
  const entries = names.toSorted();
  // Beforehand, so that they keep the names' order whichever answer comes first.
  const states = new Map<string, FileState | undefined>(entries.map((name) => [name, undefined]));
  await inFlight(STATS_IN_FLIGHT, entries, async (name) => {
    options.report();
    const state = await look(folder, name, found.folders, options);
    if (state === undefined) states.delete(name);
    else states.set(name, state);
  });
  for (const [name, state] of states) if (state !== undefined) found.files.set(name, state);
  return found;
}

/** The state of a file that is wanted; folders go to `folders`. */
async function look(
  folder: string,
  name: string,
  folders: string[],
  options: WalkOptions,
): Promise<FileState | undefined> {
  const { root, wanted, unwanted, leftOut, counts } = options;
  const path = folder === '' ? name : `${folder}/${name}`;
  if (unwanted(path)) return undefined;
  const stats = await statEntry(join(root, path), name, counts);
  if (stats === undefined) return undefined;
  if (stats.isDirectory()) {
    if (!leftOut.has(folderKey(stats)) && !leftOut.has(join(root, path))) folders.push(path);
    return undefined;
  }
  if (stats.isSymbolicLink()) counts.symlinks += 1;
  if (!stats.isFile() || !wanted(path)) return undefined;
  if (!isIdentifier(join(root, path))) {
    counts.unusable_names += 1;
    return undefined;
  }
  counts.files += 1;
  return fileState(stats);
}

async function statEntry(path: string, name: string, counts: FolderCounts): Promise<BigIntStats | undefined> {
  try {
    return await lstat(path, { bigint: true });
  } catch (error) {
    const obstacle = obstacleOf(error);
    // Such a name leads nowhere, because the bytes that it really has are lost.
    if (name.includes(REPLACEMENT)) counts.unusable_names += 1;
    else counts[obstacle] += 1;
    return undefined;
  }
}

function descending(a: string, b: string): number {
  return comesBefore(a, b) ? 1 : -1;
}
