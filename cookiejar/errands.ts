import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Documents } from './cookie-jar.ts';

const PREFIX = 'errand:';

/** An errand that takes no longer is not worth a document. */
const QUIET_MS = 10_000;

/** How often whoever is on an errand says so. */
const BEAT_MS = 10_000;

const noteSchema = z.object({ since: z.string(), beat: z.number() });

/** That somebody has stored enrichments and is still to wake their cookies. */
export interface ErrandNote {
  readonly id: string;
  /** ISO instant before which nothing was stored that is still to be woken. */
  readonly since: string;
  /** Another one each time that it is seen alive. */
  readonly beat: number;
}

/** How errands are announced. */
export interface ErrandOptions {
  /** How long one may take before it is announced, in milliseconds. @default 10000 */
  readonly quietMs?: number;
  /** How often that is repeated, in milliseconds. @default 10000 */
  readonly beatMs?: number;
}

/**
 * Announces errands: storing enrichments and then waking their cookies. While there are many to wake, cookies are neither
 * settled nor processed although nothing was lost; a note in the jar says so for as long as somebody is at it.
 */
export class Errands {
  readonly #documents: Documents;
  readonly #id = PREFIX + randomUUID();
  readonly #quietMs: number;
  readonly #beatMs: number;
  /** When each that is under way began, in milliseconds since the epoch; the oldest first. */
  readonly #underWay = new Map<symbol, number>();
  #timer: NodeJS.Timeout | undefined;
  #telling = false;
  #isTold = false;
  #beat = 0;

  constructor(documents: Documents, { quietMs = QUIET_MS, beatMs = BEAT_MS }: ErrandOptions = {}) {
    this.#documents = documents;
    this.#quietMs = quietMs;
    this.#beatMs = beatMs;
  }

  /** Runs one: it is over when all that it stored is certain to be processed, or known not to be. */
  async run<T>(errand: () => Promise<T>): Promise<T> {
    const key = Symbol('errand');
    this.#underWay.set(key, Date.now());
    this.#timer ??= setInterval(() => void this.#tell(), this.#beatMs).unref();
    try {
      return await errand();
    } finally {
      this.#underWay.delete(key);
      if (this.#underWay.size === 0) this.#end();
    }
  }

  /** Says since when; one telling at a time, since the jar may take its time. */
  async #tell(): Promise<void> {
    const [oldest] = this.#underWay.values();
    if (this.#telling || oldest === undefined || Date.now() - oldest < this.#quietMs) return;
    this.#telling = true;
    this.#isTold = true;
    this.#beat++;
    const note = { since: new Date(oldest).toISOString(), beat: this.#beat };
    try {
      await this.#documents.update(this.#id, () => ({ result: undefined, write: note }));
    } catch {
      // The jar was closed: what ends here is found without a note.
    } finally {
      this.#telling = false;
      if (this.#underWay.size === 0) this.#end();
    }
  }

  #end(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    if (!this.#isTold || this.#telling) return;
    this.#isTold = false;
    void removeNote(this.#documents, this.#id);
  }
}

/** All that is announced. */
export async function errandNotes(documents: Documents): Promise<ErrandNote[]> {
  const notes: ErrandNote[] = [];
  for await (const { id, body } of documents.list(PREFIX)) {
    const note = noteSchema.safeParse(body).data;
    if (note !== undefined) notes.push({ id, ...note });
  }
  return notes;
}

/** Takes back what somebody announced who is gone. */
export async function removeNote(documents: Documents, id: string): Promise<void> {
  await documents
    .update(id, (body) => (body === undefined ? { result: undefined } : { result: undefined, remove: true }))
    .catch(() => undefined);
}
