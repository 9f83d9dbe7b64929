import { z } from 'zod';
import type { Documents } from '../../../cookiejar/cookie-jar.ts';
import { contentHash } from '../../../cookiejar/enrichment-key.ts';
import { putDocument, removeDocuments } from '../retrieval/state-documents.ts';

/** Paths that the jar knows and a walk did not find, with what may have become of them. */
export interface MissingEntry {
  /** Id of the document. */
  readonly id: string;
  /** The object's id, where it is known. */
  readonly dataId: string | undefined;
  /** More than one where an object was renamed more than once. */
  readonly paths: readonly string[];
  /** Where the object was found. */
  readonly renamedTo: string | undefined;
}

const bodySchema = z.object({
  data_id: z.string().optional(),
  paths: z.array(z.string()),
  renamed_to: z.string().optional(),
});

/** As many documents are written or removed at once. */
const AT_ONCE = 200;
const CATALOGUE_ID = /^\d{1,20}$/;

/**
 * What one sweep has not found, in the jar's documents: one for each object, found by its id when the object turns up
 * under another path.
 */
export class MissingObjects {
  readonly #documents: Documents;
  readonly #prefix: string;

  constructor(documents: Documents, worker: string) {
    this.#documents = documents;
    this.#prefix = `irods-sweep:${worker}:missing:`;
  }

  /** Whether there are any. */
  async any(): Promise<boolean> {
    for await (const _ of this.#documents.listIds(this.#prefix)) return true;
    return false;
  }

  /** Notes that an object was not found at a path where it should be. */
  async add(path: string, dataId: string | undefined): Promise<void> {
    const id = this.#idOf(path, dataId);
    await this.#documents.update(id, (current) => {
      const paths = bodySchema.safeParse(current).data?.paths ?? [];
      if (paths.includes(path)) return { result: undefined };
      const known = dataId === undefined ? {} : { data_id: dataId };
      return { result: undefined, write: { ...known, paths: [...paths, path] } };
    });
  }

  /** Those of some objects, by the objects' ids. */
  async of(dataIds: Iterable<string>): Promise<ReadonlyMap<string, MissingEntry>> {
    const ids = new Map(Array.from(dataIds, (dataId) => [this.#idOf('', dataId), dataId] as const));
    const bodies = ids.size === 0 ? new Map() : await this.#documents.read([...ids.keys()]);
    return new Map([...bodies].map(([id, body]) => [ids.get(id) ?? '', toEntry(id, body)] as const));
  }

  /** Notes where an object turned up. */
  async found({ id, dataId, paths }: MissingEntry, path: string): Promise<void> {
    const known = dataId === undefined ? {} : { data_id: dataId };
    await putDocument(this.#documents, id, { ...known, paths, renamed_to: path });
  }

  /** All of them; `after` (exclusive) is a document's id. */
  async *all(after?: string): AsyncGenerator<MissingEntry> {
    for await (const { id, body } of this.#documents.list(this.#prefix, after)) yield toEntry(id, body);
  }

  async remove(entries: readonly MissingEntry[]): Promise<void> {
    await removeDocuments(
      this.#documents,
      entries.map(({ id }) => id),
    );
  }

  /** Forgets all that an earlier sweep did not come to the end with. */
  async clear(): Promise<void> {
    let ids: string[] = [];
    for await (const id of this.#documents.listIds(this.#prefix)) {
      ids.push(id);
      if (ids.length < AT_ONCE) continue;
      await removeDocuments(this.#documents, ids);
      ids = [];
    }
    await removeDocuments(this.#documents, ids);
  }

  #idOf(path: string, dataId: string | undefined): string {
    if (dataId === undefined) return `${this.#prefix}path:${contentHash(path)}`;
    return `${this.#prefix}id:${CATALOGUE_ID.test(dataId) ? dataId : contentHash(dataId)}`;
  }
}

function toEntry(id: string, body: unknown): MissingEntry {
  const { data } = bodySchema.safeParse(body);
  return { id, dataId: data?.data_id, paths: data?.paths ?? [], renamedTo: data?.renamed_to };
}
