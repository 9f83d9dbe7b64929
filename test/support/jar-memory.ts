import type {
  DocumentChange,
  DocumentChanges,
  DocumentContext,
  DocumentFeed,
  Documents,
  FoundDocument,
} from '../../cookiejar/cookie-jar.ts';
import { compareCodePoints } from '../../cookiejar/identifier.ts';
import type { JsonObject } from '../../cookiejar/json.ts';

interface Stored {
  readonly text: string | undefined;
  readonly revision: number;
  /** When it was written last, in numbers of writes of all documents. */
  readonly sequence: number;
}

/** Documents in memory, for tests that need thousands of small stores; keeps tombstones as CouchDB does. */
export class MemoryDocuments implements Documents, DocumentFeed {
  readonly #stored = new Map<string, Stored>();
  readonly #changesPerPage: number;
  #sequence = 0;

  constructor(changesPerPage = 1000) {
    this.#changesPerPage = changesPerPage;
  }

  async read(ids: readonly string[]): Promise<Map<string, JsonObject>> {
    await Promise.resolve();
    const found = ids.map((id) => [id, this.#find(id).body] as const);
    return new Map(found.flatMap(([id, body]) => (body === undefined ? [] : [[id, body] as const])));
  }

  async update<T>(
    id: string,
    change: (current: JsonObject | undefined, context: DocumentContext) => DocumentChange<T>,
  ): Promise<T> {
    await Promise.resolve();
    const found = this.#find(id);
    const { result, write, remove } = change(found.body, { ...found, first: found });
    const revision = (this.#stored.get(id)?.revision ?? 0) + 1;
    const sequence = this.#sequence + 1;
    if (write) this.#stored.set(id, { text: JSON.stringify(write), revision, sequence });
    if (remove && found.body !== undefined) this.#stored.set(id, { text: undefined, revision, sequence });
    if (write ?? remove) this.#sequence = sequence;
    return result;
  }

  async *list(prefix: string, after = ''): AsyncIterable<{ readonly id: string; readonly body: JsonObject }> {
    for await (const id of this.listIds(prefix, after)) {
      const { body } = this.#find(id);
      if (body) yield { id, body };
    }
  }

  async *listIds(prefix: string, after = ''): AsyncIterable<string> {
    await Promise.resolve();
    const live = [...this.#stored].filter(([, { text }]) => text !== undefined).map(([id]) => id);
    const chosen = live.filter((id) => id.startsWith(prefix) && (after === '' || compareCodePoints(id, after) > 0));
    yield* chosen.toSorted(compareCodePoints);
  }

  async position(): Promise<string> {
    return Promise.resolve(String(this.#sequence));
  }

  async *changes(since?: string): AsyncIterable<DocumentChanges> {
    const newest = this.#sequence;
    let position = Number(since ?? 0);
    let first = true;
    do {
      await Promise.resolve();
      const rows = [...this.#stored]
        .filter(([, { sequence }]) => sequence > position)
        .toSorted(([, one], [, other]) => one.sequence - other.sequence)
        .slice(0, this.#changesPerPage);
      position = rows.at(-1)?.[1].sequence ?? newest;
      yield {
        position: String(position),
        changes: rows.map(([id, { text, revision }]) => ({ id, deleted: text === undefined, version: revision })),
        ...(first && since === undefined && { anew: true }),
      };
      first = false;
    } while (position < newest);
  }

  #find(id: string): FoundDocument {
    const stored = this.#stored.get(id);
    if (stored?.text !== undefined) return { body: JSON.parse(stored.text) };
    return { body: undefined, ...(stored && { deletedAt: stored.revision }) };
  }
}
