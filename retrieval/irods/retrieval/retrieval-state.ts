import type { Documents } from '../../../cookiejar/cookie-jar.ts';
import type { JsonObject } from '../../../cookiejar/json.ts';
import type { Update } from '../../update-source.ts';
import type { TimeWindow } from '../specific-queries.ts';
import { chunksOf } from './chunks.ts';
import { RetrievalTakenOverError } from './errors.ts';
import { type PerQuery, QUERIES, type Query } from './queries.ts';
import { fromKeys, SeenRows, toKeys } from './seen-rows.ts';
import {
  type Cursor,
  type OutboxEntry,
  parseKeys,
  parseState,
  parseUpdates,
  putDocument,
  removeDocuments,
  type SeenDocument,
  stateBody,
  type StateDocument,
  updateBody,
} from './state-documents.ts';

/** What one window brought of one query. */
export interface CursorAdvance {
  /** Keys of the rows that were new. */
  readonly fresh: SeenRows;
  /** Epoch second up to which nothing can come any more. */
  readonly final: number;
}

/** Up to so many keys or bytes of updates the main document holds them itself. */
const FEW_KEYS = 1000;
const FEW_BYTES = 32 * 1024;
const KEYS_PER_DOCUMENT = 5000;
const BYTES_PER_DOCUMENT = 256 * 1024;

/**
 * What the jar remembers of a retrieval: how far each query was read, which rows beyond that were seen, and the updates
 * made of them that are not known to be delivered. One document changes all of that at once: whatever other documents
 * hold counts only while it names them.
 */
export class RetrievalState {
  readonly #documents: Documents;
  readonly #id: string;
  #state: StateDocument;
  #written = 0;

  private constructor(documents: Documents, id: string, state: StateDocument) {
    this.#documents = documents;
    this.#id = id;
    this.#state = state;
  }

  /**
   * Takes the retrieval over for one run; a run that has it loses it.
   * @param begin the second after which a first run begins
   */
  static async claim(documents: Documents, id: string, begin: number): Promise<RetrievalState> {
    const claimed = await documents.update(id, (current) => {
      const known = parseState(current) ?? newState(begin);
      const result = { ...known, claim: known.claim + 1 };
      return { result, write: stateBody(result) };
    });
    const state = new RetrievalState(documents, id, claimed);
    await state.#removeLeftovers();
    return state;
  }

  /** Updates of earlier runs that are still to be delivered. */
  get outbox(): readonly OutboxEntry[] {
    return this.#state.outbox;
  }

  /** Epoch second up to which each query was read for good. */
  get final(): PerQuery<number> {
    const { data, metadata } = this.#state.cursors;
    return { data: data.final, metadata: metadata.final };
  }

  /** How many rows of a window may have been seen. */
  seenAtMost(query: Query, { after, upTo }: TimeWindow): number {
    const { few, many } = this.#state.cursors[query].seen;
    const inDocuments = many.filter(within(after, upTo)).reduce((sum, { count }) => sum + count, 0);
    return inDocuments + [...fromKeys(few, after, upTo)].length;
  }

  /** The rows of a window that were seen. */
  async seen(query: Query, { after, upTo }: TimeWindow): Promise<SeenRows> {
    const { few, many } = this.#state.cursors[query].seen;
    const rows = new SeenRows();
    rows.addAll(fromKeys(few, after, upTo));
    const ids = many.filter(within(after, upTo)).map(({ id }) => id);
    const bodies = ids.length === 0 ? new Map<string, JsonObject>() : await this.#documents.read(ids);
    for (const id of ids) rows.addAll(fromKeys(parseKeys(bodies.get(id)), after, upTo));
    return rows;
  }

  /**
   * Notes what a window brought: from then on its rows are seen, and the updates made of them will be delivered even if
   * this run ends here.
   * @returns undefined if there are no updates
   * @throws RetrievalTakenOverError
   */
  async advance(
    advances: Partial<PerQuery<CursorAdvance>>,
    updates: readonly Update[],
  ): Promise<OutboxEntry | undefined> {
    const before = this.#state;
    const [data, metadata, entry] = await Promise.all([
      this.#advanceCursor(before.cursors.data, advances.data),
      this.#advanceCursor(before.cursors.metadata, advances.metadata),
      updates.length === 0 ? undefined : this.#writeOutbox(updates),
    ]);
    const outbox = entry === undefined ? before.outbox : [...before.outbox, entry];
    await this.#switchTo({ ...before, cursors: { data, metadata }, outbox });
    return entry;
  }

  /** The updates of an entry, in order. */
  async *updatesOf({ few, many }: OutboxEntry): AsyncGenerator<Update> {
    yield* few;
    for (const id of many) yield* parseUpdates((await this.#documents.read([id])).get(id));
  }

  /**
   * Forgets entries that were delivered.
   * @throws RetrievalTakenOverError
   */
  async delivered(entries: readonly OutboxEntry[]): Promise<void> {
    await this.#switchTo({ ...this.#state, outbox: this.#state.outbox.filter((entry) => !entries.includes(entry)) });
  }

  async #switchTo(next: StateDocument): Promise<void> {
    const before = namedIn(this.#state);
    await this.#documents.update(this.#id, (current) => {
      if (parseState(current)?.claim !== next.claim) throw new RetrievalTakenOverError(this.#id);
      return { result: undefined, write: stateBody(next) };
    });
    this.#state = next;
    const named = namedIn(next);
    await removeDocuments(
      this.#documents,
      [...before].filter((id) => !named.has(id)),
    );
  }

  async #advanceCursor(cursor: Cursor, advance: CursorAdvance | undefined): Promise<Cursor> {
    if (advance === undefined) return cursor;
    const final = Math.max(cursor.final, advance.final);
    const many = cursor.seen.many.filter(({ last }) => last > final);
    const rows = new SeenRows();
    rows.addAll(fromKeys(cursor.seen.few, final));
    rows.addAll(advance.fresh.after(final));
    if (rows.size <= FEW_KEYS) return { final, seen: { few: toKeys(rows.after(final)), many } };
    return { final, seen: { few: {}, many: [...many, ...(await this.#writeSeen(rows.after(final)))] } };
  }

  async #writeSeen(entries: Iterable<readonly [number, string]>): Promise<SeenDocument[]> {
    const chunks = [...chunksOf(entries, KEYS_PER_DOCUMENT, () => 1)];
    return Promise.all(
      chunks.map(async (chunk) => {
        const id = this.#newId('seen');
        await putDocument(this.#documents, id, { keys: toKeys(chunk) });
        const [first = 0, last = first] = [chunk.at(0)?.[0], chunk.at(-1)?.[0]];
        return { id, first, last, count: chunk.length };
      }),
    );
  }

  async #writeOutbox(updates: readonly Update[]): Promise<OutboxEntry> {
    const written = updates.map(({ target, timestamp, metadata }) => ({
      target,
      timestamp,
      metadata: { ...metadata },
    }));
    const count = updates.length;
    const chunks = [...chunksOf(written, BYTES_PER_DOCUMENT, bytesOf)];
    const [first = [], ...others] = chunks;
    const isSmall = others.length === 0 && first.reduce((sum, update) => sum + bytesOf(update), 0) <= FEW_BYTES;
    if (isSmall) return { count, few: first, many: [] };
    const many = chunks.map((chunk) => ({ id: this.#newId('outbox'), chunk }));
    await Promise.all(
      many.map(({ id, chunk }) => putDocument(this.#documents, id, { updates: chunk.map(updateBody) })),
    );
    return { count, few: [], many: many.map(({ id }) => id) };
  }

  /** The claim's number in it tells a later run that the document was an earlier run's. */
  #newId(kind: 'seen' | 'outbox'): string {
    this.#written += 1;
    return `${this.#id}:${this.#state.claim}:${kind}:${this.#written}`;
  }

  /** What runs wrote that ended before the main document named it. */
  async #removeLeftovers(): Promise<void> {
    const named = namedIn(this.#state);
    const prefix = `${this.#id}:`;
    const leftovers: string[] = [];
    for await (const id of this.#documents.listIds(prefix)) {
      const claim = Number(id.slice(prefix.length).split(':', 1)[0]);
      if (claim < this.#state.claim && !named.has(id)) leftovers.push(id);
    }
    await removeDocuments(this.#documents, leftovers);
  }
}

function newState(begin: number): StateDocument {
  const cursor = { final: begin, seen: { few: {}, many: [] } };
  return { claim: 0, cursors: { data: cursor, metadata: cursor }, outbox: [] };
}

function within(after: number, upTo: number): (document: SeenDocument) => boolean {
  return ({ first, last }) => last > after && first <= upTo;
}

function namedIn({ cursors, outbox }: StateDocument): ReadonlySet<string> {
  const seen = QUERIES.flatMap((query) => cursors[query].seen.many.map(({ id }) => id));
  return new Set([...seen, ...outbox.flatMap(({ many }) => many)]);
}

function bytesOf(update: Update): number {
  return Buffer.byteLength(JSON.stringify(update));
}
