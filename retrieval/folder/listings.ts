import { z } from 'zod';
import type { Documents } from '../../cookiejar/cookie-jar.ts';
import type { JsonObject } from '../../cookiejar/json.ts';
import type { FileState } from './file-state.ts';
import { listingId, partId, partOf } from './listing-id.ts';

/** What the jar last heard of a file. */
export interface ListedFile extends FileState {
  /** Time stamp it was reported with, in milliseconds since 1970. */
  readonly heard: number;
  /** Whether a hash was asked for then. */
  readonly hashed: boolean;
}

/** Files of a folder, or of a part of a large one, by name. */
export type Listing = ReadonlyMap<string, ListedFile>;

/** How a folder is listed in the jar: not yet, in one document, or spread over a power of two of them. */
export type Layout =
  | { readonly kind: 'none' }
  | { readonly kind: 'whole'; readonly files: Listing }
  | { readonly kind: 'spread'; readonly parts: number };

const listedSchema = z.tuple([
  z.string(),
  z.number(),
  z.number(),
  z.number(),
  z.number(),
  z.union([z.literal(0), z.literal(1)]),
]);
const filesSchema = z.object({ files: z.array(listedSchema) });
const spreadSchema = z.object({ parts: z.int().min(2) });
const NOTHING: Listing = new Map();

/** Files in one document: some 100 KiB. */
export const FILES_PER_PART = 1000;

/** The documents that remember what the jar last heard of the files below one root. */
export class FolderListings {
  readonly #documents: Documents;
  readonly #root: string;

  constructor(documents: Documents, root: string) {
    this.#documents = documents;
    this.#root = root;
  }

  /** How each of the folders is listed, in one request. */
  async layouts(folders: readonly string[]): Promise<Layout[]> {
    const ids = folders.map((folder) => listingId(this.#root, folder));
    const documents = await this.#documents.read(ids);
    return ids.map((id) => toLayout(documents.get(id)));
  }

  /** The listing of one part of `parts`, from however the folder is listed. It may hold names of other parts too. */
  async load(folder: string, layout: Layout, part: number): Promise<Listing> {
    if (layout.kind === 'none') return NOTHING;
    if (layout.kind === 'whole') return layout.files;
    const id = partId(this.#root, folder, layout.parts, part % layout.parts);
    return toListing((await this.#documents.read([id])).get(id)) ?? NOTHING;
  }

  /** Keeps the listing of a folder that has one part, or of one part of `parts`. */
  async save(folder: string, parts: number, part: number, listing: Listing): Promise<void> {
    const id = parts === 1 ? listingId(this.#root, folder) : partId(this.#root, folder, parts, part);
    const files = [...listing].map(([name, { size, modified, changed, heard, hashed }]) => [
      name,
      size,
      modified,
      changed,
      heard,
      hashed ? 1 : 0,
    ]);
    await this.#write(id, files.length === 0 ? undefined : { root: this.#root, folder, files });
  }

  /** Makes the parts count, once all of them are saved; those of the layout before are dropped. */
  async spread(folder: string, parts: number, before: Layout): Promise<void> {
    await this.#write(listingId(this.#root, folder), { root: this.#root, folder, parts });
    if (before.kind !== 'spread') return;
    const old = Array.from({ length: before.parts }, (_, part) => partId(this.#root, folder, before.parts, part));
    await Promise.all(old.map((id) => this.#write(id, undefined)));
  }

  async #write(id: string, write: JsonObject | undefined): Promise<void> {
    await this.#documents.update(id, (current) => {
      if (write !== undefined) return { result: undefined, write };
      return current === undefined ? { result: undefined } : { result: undefined, remove: true };
    });
  }
}

/** How many parts a folder's list is to have. Parts are never made fewer, to keep what is there readable. */
export function partsFor(files: number, layout: Layout): number {
  let parts = layout.kind === 'spread' ? layout.parts : 1;
  // A list that just grew over the limit is spread at once; one that is spread may grow to twice before it is again.
  const room = layout.kind === 'spread' ? 2 * FILES_PER_PART : FILES_PER_PART;
  if (files <= parts * room) return parts;
  while (files > parts * FILES_PER_PART) parts *= 2;
  return parts;
}

/** The files of each part, in order. */
export function spreadFiles(files: ReadonlyMap<string, FileState>, parts: number): ReadonlyMap<string, FileState>[] {
  if (parts === 1) return [files];
  const spread = Array.from({ length: parts }, () => new Map<string, FileState>());
  for (const [name, state] of files) spread[partOf(name, parts)]?.set(name, state);
  return spread;
}

function toLayout(document: JsonObject | undefined): Layout {
  const spread = spreadSchema.safeParse(document);
  if (spread.success) return { kind: 'spread', parts: spread.data.parts };
  const files = toListing(document);
  return files === undefined ? { kind: 'none' } : { kind: 'whole', files };
}

function toListing(document: JsonObject | undefined): Listing | undefined {
  const parsed = filesSchema.safeParse(document);
  if (!parsed.success) return undefined;
  return new Map(
    parsed.data.files.map(([name, size, modified, changed, heard, hashed]) => [
      name,
      { size, modified, changed, heard, hashed: hashed === 1 },
    ]),
  );
}
