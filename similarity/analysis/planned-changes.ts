import { z } from 'zod';
import type { DocumentChange, DocumentContext, Documents } from '../../cookiejar/cookie-jar.ts';
import { CorruptDocumentError } from '../../cookiejar/errors.ts';
import { contentHash } from '../../cookiejar/enrichment-key.ts';
import type { JsonObject } from '../../cookiejar/json.ts';
import { isPlainObject } from '../../cookiejar/plain-json.ts';
import { inFlight } from '../../periodic/in-flight.ts';
import { Prefix, todoId } from './document-ids.ts';
import { OvertakenError } from './errors.ts';
import { turnOf } from './versions.ts';

/** What is to become of one document: a body, or nothing. */
export interface PlannedChange {
  readonly id: string;
  /** Absent where the document is to go. Without `turn`, which is added. */
  readonly body?: JsonObject;
  /** That the jar has the document, or never had it, so that it need not be looked at before. */
  readonly known?: true;
}

const NEVER_DELETED = 0;
const LOOKED_AT_ONCE = 1000;
const MADE_AT_ONCE = 1000;

const todoSchema = z.object({
  turn: z.number(),
  changes: z.array(
    z.tuple([
      z.string(),
      /** How often the document had been revised when it was last deleted, where the plan found it deleted. */
      z.number(),
      z.custom<JsonObject>(isPlainObject, 'must be an object').nullable(),
    ]),
  ),
});

type StoredChange = z.output<typeof todoSchema>['changes'][number];

/**
 * Changes of many documents that are to be made for certain once they are decided: written down first, then decided on by naming them in the
 * state, then made, by whoever comes along if need be. Making one again changes nothing, and none is made after changes of later turns: a
 * document says which turn wrote it, and of a deleted one the number of its revisions tells whether it was there in between.
 */
export class PlannedChanges {
  readonly #documents: Documents;
  readonly #todoBytes: number;

  /** @param todoBytes - about how large a document of changes may become */
  constructor(documents: Documents, todoBytes: number) {
    this.#documents = documents;
    this.#todoBytes = todoBytes;
  }

  /**
   * Writes changes down; those that are made already are left out.
   * @returns in how many documents
   * @throws OvertakenError
   */
  async writeDown(
    turn: number,
    changes: Iterable<PlannedChange> | AsyncIterable<PlannedChange>,
    progress: () => void,
  ): Promise<number> {
    let written = 0;
    let waiting: StoredChange[] = [];
    let bytes = 0;
    const flush = async (): Promise<void> => {
      if (waiting.length > 0) await this.#write(todoId(written++), turn, waiting);
      [waiting, bytes] = [[], 0];
    };
    for await (const some of batches(changes, LOOKED_AT_ONCE)) {
      const looked = await Promise.all(some.map(async (change) => this.#lookAt(change)));
      for (const change of looked.filter((found) => found !== undefined)) {
        waiting.push(change);
        bytes += Buffer.byteLength(JSON.stringify(change));
        if (bytes >= this.#todoBytes) await flush();
      }
      progress();
    }
    await flush();
    return written;
  }

  /** Makes the changes that a turn wrote down and that are still to be made. */
  async make(
    { turn, documents }: { turn: number; documents: number },
    progress: (done: number, of: number) => void,
  ): Promise<void> {
    for (let number = 0; number < documents; number += 1) {
      const id = todoId(number);
      const body = (await this.#documents.read([id])).get(id);
      if (turnOf(body) !== turn) continue;
      const { changes } = parseTodo(id, body);
      await inFlight(MADE_AT_ONCE, changes, async (change) => this.#make(turn, change));
      await this.#remove(id, (found) => found === turn);
      progress(number + 1, documents);
    }
  }

  /** Removes what turns up to this one have written down and never decided on. */
  async tidy(turn: number): Promise<void> {
    for await (const id of this.#documents.listIds(Prefix.TODO)) await this.#remove(id, (found) => found <= turn);
  }

  async #lookAt({ id, body, known }: PlannedChange): Promise<StoredChange | undefined> {
    if (known || body === undefined) return [id, NEVER_DELETED, body ?? null];
    return this.#documents.update(id, (current, { deletedAt = NEVER_DELETED }) => ({
      result: isMade(current, body) ? undefined : ([id, deletedAt, body] satisfies StoredChange),
    }));
  }

  async #write(id: string, turn: number, changes: readonly StoredChange[]): Promise<void> {
    const written = await this.#documents.update(id, (found) => {
      if (turnOf(found) > turn) return { result: false };
      return { result: true, write: { turn, changes } };
    });
    if (!written) throw new OvertakenError(turn);
  }

  async #make(turn: number, [id, deletedAt, body]: StoredChange): Promise<void> {
    await this.#documents.update(id, (current, found) => decide(turn, body, deletedAt, current, found));
  }

  async #remove(id: string, isOf: (turn: number) => boolean): Promise<void> {
    await this.#documents.update(id, (found) => ({
      result: undefined,
      ...(found !== undefined && isOf(turnOf(found)) && { remove: true }),
    }));
  }
}

function decide(
  turn: number,
  body: JsonObject | null,
  deletedAt: number,
  current: JsonObject | undefined,
  found: DocumentContext,
): DocumentChange<void> {
  const nothing = { result: undefined };
  if (current !== undefined && turnOf(current) >= turn) return nothing;
  if (body === null) return current === undefined ? nothing : { ...nothing, remove: true };
  // Deleted by a later turn, after this change had been made.
  if (current === undefined && (found.deletedAt ?? NEVER_DELETED) !== deletedAt) return nothing;
  return { ...nothing, write: { ...body, turn } };
}

/** Whether a document says already what it is to say, apart from when that was found out. */
function isMade(current: JsonObject | undefined, body: JsonObject | undefined): boolean {
  if (current === undefined || body === undefined) return current === body;
  return contentHash(undated(current)) === contentHash(undated(body));
}

function undated({ ts: _ts, turn: _turn, ...rest }: JsonObject): JsonObject {
  return rest;
}

function parseTodo(id: string, body: unknown): z.output<typeof todoSchema> {
  const parsed = todoSchema.safeParse(body);
  if (!parsed.success) throw new CorruptDocumentError(id, z.prettifyError(parsed.error));
  return parsed.data;
}

async function* batches<T>(items: Iterable<T> | AsyncIterable<T>, size: number): AsyncGenerator<T[], void, undefined> {
  let batch: T[] = [];
  for await (const item of items) {
    batch.push(item);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
