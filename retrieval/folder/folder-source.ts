import { z } from 'zod';
import type { Documents } from '../../cookiejar/cookie-jar.ts';
import type { JsonObject, JsonValue } from '../../cookiejar/json.ts';
import type { Update, UpdateSource } from '../update-source.ts';
import type { FolderConfig } from './folder-config.ts';
import { noCounts } from './folder-counts.ts';
import { anyGlob } from './globs.ts';
import { FolderListings, type Layout, type ListedFile, type Listing, partsFor, spreadFiles } from './listings.ts';
import { checkRoot, leftOutKeys } from './root.ts';
import { SliceReader } from './slice-reader.ts';
import { walk, type WalkedFolder } from './walk.ts';

/** What a {@link FolderSource} works with. */
export interface FolderSourceOptions {
  /** With an absolute `root`. */
  readonly config: FolderConfig;
  readonly documents: Documents;
  /** Absolute paths of folders that are never looked into. */
  readonly leaveOut: readonly string[];
  /** A position of an earlier source. */
  readonly resumeFrom?: JsonValue | undefined;
  /** Called now and then. */
  readonly report: () => void;
}

const positionSchema = z.object({ root: z.string(), folder: z.string() });

/** Folders whose listings are read with one request. */
const FOLDERS_PER_READ = 64;
const FILES_PER_READ = 2000;

/** Part of a folder whose updates are given out, but not all known to be delivered. */
interface PendingSlice {
  /** How many updates were given when its last one was. */
  readonly given: number;
  /** Notes it as done. */
  readonly save: () => Promise<void>;
  /** The folder that is done with this slice. */
  readonly completes: string | undefined;
}

/** The new and changed files below a folder, as against what the jar last heard of each of them. */
export class FolderSource implements UpdateSource {
  readonly #options: FolderSourceOptions;
  readonly #listings: FolderListings;
  readonly #counts = noCounts();
  readonly #pending: PendingSlice[] = [];
  #given = 0;
  #delivered = 0;
  #after: string | undefined;

  constructor(options: FolderSourceOptions) {
    this.#options = options;
    this.#listings = new FolderListings(options.documents, options.config.root);
    const resumed = positionSchema.safeParse(options.resumeFrom);
    if (resumed.data?.root === options.config.root) this.#after = resumed.data.folder;
  }

  async *updatesSince(_since: string | undefined, signal: AbortSignal): AsyncGenerator<Update> {
    const { config, leaveOut, report } = this.#options;
    await checkRoot(config.root, leaveOut);
    const reader = new SliceReader({ config, counts: this.#counts, signal, report });
    for await (const group of inGroups(await this.#walk(signal))) {
      const layouts = await this.#listings.layouts(group.map(({ folder }) => folder));
      for (const [index, folder] of group.entries()) {
        for await (const update of this.#updatesOf(folder, layouts[index] ?? { kind: 'none' }, reader)) {
          this.#given += 1;
          yield update;
        }
      }
      await this.#settle();
      report();
    }
  }

  async delivered(count: number): Promise<void> {
    this.#delivered = count;
    await this.#settle();
  }

  position(): JsonValue | undefined {
    return this.#after === undefined ? undefined : { root: this.#options.config.root, folder: this.#after };
  }

  progress(): JsonObject {
    return { ...this.#counts };
  }

  async #walk(signal: AbortSignal): Promise<AsyncGenerator<WalkedFolder>> {
    const { config, leaveOut, report } = this.#options;
    return walk({
      root: config.root,
      wanted: anyGlob(config.include),
      unwanted: anyGlob(config.exclude),
      leftOut: await leftOutKeys(leaveOut),
      after: this.#after,
      counts: this.#counts,
      signal,
      report,
    });
  }

  async *#updatesOf({ folder, files }: WalkedFolder, before: Layout, reader: SliceReader): AsyncGenerator<Update> {
    const parts = partsFor(files.size, before);
    let layout = before;
    if (layout.kind === 'none' && parts > 1) {
      // At once, so that what is done of a large new folder counts, should this run not come to its end.
      await this.#listings.spread(folder, parts, layout);
      layout = { kind: 'spread', parts };
    }
    const moves = parts > 1 && !(layout.kind === 'spread' && layout.parts === parts);
    for (const [part, some] of spreadFiles(files, parts).entries()) {
      const known = await this.#listings.load(folder, layout, part);
      const next = new Map<string, ListedFile>();
      yield* reader.updates({ folder, files: some, known }, next);
      const last = part === parts - 1;
      const save = async (): Promise<void> => {
        if (moves || !sameListing(known, next)) await this.#listings.save(folder, parts, part, next);
        if (moves && last) await this.#listings.spread(folder, parts, layout);
      };
      this.#pending.push({ given: this.#given, save, completes: last ? folder : undefined });
    }
  }

  /** Notes the slices as done whose updates are all delivered. */
  async #settle(): Promise<void> {
    const open = this.#pending.findIndex(({ given }) => given > this.#delivered);
    const done = this.#pending.splice(0, open === -1 ? this.#pending.length : open);
    await Promise.all(done.map(async ({ save }) => save()));
    this.#after = done.findLast(({ completes }) => completes !== undefined)?.completes ?? this.#after;
  }
}

async function* inGroups(folders: AsyncIterable<WalkedFolder>): AsyncGenerator<readonly WalkedFolder[]> {
  let group: WalkedFolder[] = [];
  let files = 0;
  for await (const folder of folders) {
    group.push(folder);
    files += folder.files.size;
    if (group.length < FOLDERS_PER_READ && files < FILES_PER_READ) continue;
    yield group;
    group = [];
    files = 0;
  }
  if (group.length > 0) yield group;
}

function sameListing(known: Listing, next: Listing): boolean {
  if (known.size !== next.size) return false;
  return [...next].every(([name, file]) => known.get(name) === file);
}
