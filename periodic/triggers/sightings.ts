import { z } from 'zod';
import type { Documents } from '../../cookiejar/cookie-jar.ts';
import type { JsonObject } from '../../cookiejar/json.ts';
import type { SightingIds } from './sighting-ids.ts';

/** What the index should know of one cookie. */
export interface Sighting {
  /** The cookie's, from {@link cookieHash}. */
  readonly hash: string;
  /** When it was sighted; never, perhaps. */
  readonly instants: readonly string[];
  /** Of the cookie that this was read from, or an earlier one: what was read from a later one stands. */
  readonly version: number;
}

/** What came of noting a sighting. */
export interface Noted {
  /** Instants that were not there before. */
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** A note on one cookie. */
interface Note {
  readonly instants: readonly string[];
  /** Instants whose sightings are to be removed, or were perhaps. */
  readonly leaving: readonly string[];
  readonly version: number;
}

const noteSchema = z.object({
  instants: z.array(z.string()),
  leaving: z.array(z.string()).default([]),
  version: z.number(),
});

const NO_NOTE: Note = { instants: [], leaving: [], version: 0 };

/**
 * Two documents for each cookie that was sighted: a note found by the cookie, which is what counts, and an empty one
 * found by the instant, which is counted. The note is written first, so that after a crash the repetition knows what
 * else there is to do.
 */
export class Sightings {
  readonly #documents: Documents;
  readonly #ids: SightingIds;
  readonly #edition: number;

  constructor(documents: Documents, ids: SightingIds, edition: number) {
    this.#documents = documents;
    this.#ids = ids;
    this.#edition = edition;
  }

  /** Makes the index say of a cookie what it should. May be repeated. */
  async note(sighting: Sighting): Promise<Noted> {
    const { hash } = sighting;
    const { instants, leaving } = await this.#write(sighting);
    const added = await this.#each(hash, instants, async (id) => this.#add(id));
    const removed = await this.#each(hash, leaving, async (id) => this.#remove(id));
    if (leaving.length > 0) await this.#rewrite(hash, (note) => ({ ...note, leaving: without(note.leaving, leaving) }));
    return { added, removed };
  }

  /** Removes an instant of a cookie for good: nobody asks for what is so old. */
  async drop(hash: string, instant: string): Promise<void> {
    await this.#remove(this.#ids.sighting(this.#edition, instant, hash));
    await this.#rewrite(hash, (note) => ({ ...note, instants: without(note.instants, [instant]) }));
  }

  async #write({ hash, instants, version }: Sighting): Promise<Note> {
    return this.#rewrite(hash, (known) => {
      if (known.version > version) return known;
      const wanted = [...new Set(instants)].toSorted();
      const leaving = without([...new Set([...known.instants, ...known.leaving])], wanted);
      return { instants: wanted, leaving, version };
    });
  }

  /** @returns the note afterwards; one that says nothing does not stay */
  async #rewrite(hash: string, change: (note: Note) => Note): Promise<Note> {
    return this.#documents.update<Note>(this.#ids.note(this.#edition, hash), (body) => {
      const known = body === undefined ? NO_NOTE : noteSchema.parse(body);
      const note = change(known);
      const isEmpty = note.instants.length === 0 && note.leaving.length === 0;
      if (isEmpty) return { result: note, ...(body !== undefined && { remove: true }) };
      return { result: note, ...(!saysTheSame(known, note) && { write: toBody(note) }) };
    });
  }

  /** @returns the instants for which it made a difference */
  async #each(
    hash: string,
    instants: readonly string[],
    act: (id: string) => Promise<boolean>,
  ): Promise<readonly string[]> {
    const acted = await Promise.all(
      instants.map(async (instant) => act(this.#ids.sighting(this.#edition, instant, hash))),
    );
    return instants.filter((_, index) => acted[index]);
  }

  async #add(id: string): Promise<boolean> {
    return this.#documents.update<boolean>(id, (body, { first }) => ({
      // What the first attempt found: the answer to its write may have been lost.
      result: first.body === undefined,
      ...(body === undefined && { write: {} }),
    }));
  }

  async #remove(id: string): Promise<boolean> {
    return this.#documents.update<boolean>(id, (body, { first }) => ({
      result: first.body !== undefined,
      ...(body !== undefined && { remove: true }),
    }));
  }
}

/** A newer version that changes nothing else is not worth a write. */
function saysTheSame(one: Note, other: Note): boolean {
  return String(one.instants) === String(other.instants) && String(one.leaving) === String(other.leaving);
}

function without(instants: readonly string[], gone: readonly string[]): string[] {
  return instants.filter((instant) => !gone.includes(instant));
}

function toBody({ instants, leaving, version }: Note): JsonObject {
  return { instants, version, ...(leaving.length > 0 && { leaving }) };
}
