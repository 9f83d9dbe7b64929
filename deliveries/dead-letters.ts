import { z } from 'zod';
import type { Documents } from '../cookiejar/cookie-jar.ts';

const PREFIX = 'dead-letter:';

const letterSchema = z.object({ burial: z.number() });

/**
 * A small document per delivery that was given up, so that they can be listed without reading all the others. It is
 * written before the delivery's record says so, and removed after: one too many may be here, never one too few.
 */
export class DeadLetters {
  readonly #documents: Documents;

  constructor(documents: Documents) {
    this.#documents = documents;
  }

  /** @param burial the how manieth time the delivery is given up */
  async write(delivery: string, burial: number): Promise<void> {
    await this.#documents.update(PREFIX + delivery, (body) => {
      const letter = letterSchema.safeParse(body).data;
      // A straggler must not take it back to an earlier burial, whose removal may be under way.
      return letter && letter.burial >= burial ? { result: undefined } : { result: undefined, write: { burial } };
    });
  }

  /** Removes the letter unless the delivery was given up once more since. */
  async remove(delivery: string, burial: number): Promise<void> {
    await this.#documents.update(PREFIX + delivery, (body) => {
      const letter = letterSchema.safeParse(body).data;
      return letter === undefined || letter.burial > burial
        ? { result: undefined }
        : { result: undefined, remove: true };
    });
  }

  /** Ids of deliveries, possibly some that are not dead; `after` (exclusive) resumes. */
  async *list(after?: string): AsyncIterable<string> {
    const start = after === undefined ? undefined : PREFIX + after;
    for await (const id of this.#documents.listIds(PREFIX, start)) yield id.slice(PREFIX.length);
  }
}
