import { join } from 'node:path';
import type { Update } from '../update-source.ts';
import { type FileState, sameState, toMs } from './file-state.ts';
import type { FolderConfig } from './folder-config.ts';
import type { FolderCounts } from './folder-counts.ts';
import type { ListedFile, Listing } from './listings.ts';
import { type FileReading, readFileReliably } from './read-file.ts';

/** Files of a folder, or of a part of a large one, against what the jar last heard of them. */
export interface FolderSlice {
  readonly folder: string;
  readonly files: ReadonlyMap<string, FileState>;
  readonly known: Listing;
}

/** What a {@link SliceReader} works with. */
export interface SliceReaderOptions {
  readonly config: FolderConfig;
  readonly counts: FolderCounts;
  readonly signal: AbortSignal;
  readonly report: () => void;
}

interface FreshFile {
  readonly name: string;
  readonly path: string;
  readonly seen: FileState;
  readonly listed: ListedFile | undefined;
}

/** Files read at once. */
const READS_AT_ONCE = 8;

/** Finds the new and changed files of slices. */
export class SliceReader {
  readonly #options: SliceReaderOptions;

  constructor(options: SliceReaderOptions) {
    this.#options = options;
  }

  /** Gives the updates, and fills `next` with what the jar will have heard when it has them. */
  async *updates(slice: FolderSlice, next: Map<string, ListedFile>): AsyncGenerator<Update> {
    const fresh = this.#freshFiles(slice, next);
    for (let start = 0; start < fresh.length; start += READS_AT_ONCE) {
      const some = fresh.slice(start, start + READS_AT_ONCE);
      const readings = await Promise.all(some.map((file) => this.#read(file)));
      for (const [index, { name, path, listed }] of some.entries()) {
        const reading = this.#count(readings[index]);
        if (reading === undefined) continue;
        const file = this.#toListed(reading.state, listed);
        next.set(name, file);
        yield toUpdate(path, file, reading.sha256);
      }
    }
  }

  #freshFiles({ folder, files, known }: FolderSlice, next: Map<string, ListedFile>): FreshFile[] {
    const fresh: FreshFile[] = [];
    for (const [name, seen] of files) {
      const listed = known.get(name);
      // Also of a changed one: if it cannot be read to its end now, the next retrieval must find it changed again.
      if (listed !== undefined) next.set(name, listed);
      if (listed !== undefined && !this.#isNews(seen, listed)) continue;
      fresh.push({ name, path: join(this.#options.config.root, folder, name), seen, listed });
    }
    return fresh;
  }

  async #read({ path, seen }: FreshFile): Promise<FileReading> {
    const { config, signal, report } = this.#options;
    return readFileReliably(path, seen, { hashUpTo: config.hash, signal, report });
  }

  #isNews(seen: FileState, listed: ListedFile): boolean {
    return !sameState(seen, listed) || (this.#wantsHash(seen) && !listed.hashed);
  }

  #count(reading: FileReading | undefined): { state: FileState; sha256?: string } | undefined {
    if (reading === undefined) return undefined;
    const { counts } = this.#options;
    if (reading.kind !== 'read') counts[reading.kind] += 1;
    if (reading.kind === 'vanished' || reading.kind === 'unfinished') return undefined;
    counts.changed += 1;
    return reading;
  }

  #toListed(state: FileState, listed: ListedFile | undefined): ListedFile {
    // Later than what was said of the file before, even where its ctime is not: another file was moved to its place
    // with its folder, the clock was set back, or only the hash is new.
    const heard = Math.max(toMs(state.changed), listed === undefined ? 0 : listed.heard + 1);
    return { ...state, heard, hashed: this.#wantsHash(state) };
  }

  #wantsHash({ size }: FileState): boolean {
    return size <= this.#options.config.hash;
  }
}

function toUpdate(target: string, { size, modified, heard }: ListedFile, sha256: string | undefined): Update {
  const metadata = { size, modified: new Date(toMs(modified)).toISOString() };
  return {
    target,
    timestamp: new Date(heard).toISOString(),
    metadata: sha256 === undefined ? metadata : { ...metadata, sha256 },
  };
}
