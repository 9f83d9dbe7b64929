import { z } from 'zod';
import type { Documents } from '../cookiejar/cookie-jar.ts';
import { safeText } from '../cookiejar/safe-text.ts';
import { receiverKey } from './delivery-ids.ts';
import type { Notification } from './notification.ts';

const PREFIX = 'held:';

/** The longest text by which a digest counts, in UTF-16 units. */
const MAX_TEXT = 200;

/** A notification as a digest tells of it. */
const mentionSchema = z.object({ about: z.string(), sender: z.string(), identifier: z.string(), at: z.string() });

/** A notification as a digest tells of it. */
export interface Mention extends z.output<typeof mentionSchema> {
  /** The notification's id. */
  readonly id: string;
}

/** A small document per notification that waits for its window to end, so that they are found without the ledger. */
export class HeldNotifications {
  readonly #documents: Documents;

  constructor(documents: Documents) {
    this.#documents = documents;
  }

  async write(receiver: string, window: string, notification: Notification): Promise<void> {
    const { id, about, sender, identifier, at } = notification;
    const body = { about: safeText(about, MAX_TEXT), sender: safeText(sender, MAX_TEXT), identifier, at };
    await this.#documents.update(prefixOf(receiver, window) + id, (known) => ({
      result: undefined,
      ...(known === undefined && { write: body }),
    }));
  }

  async remove(receiver: string, window: string, notification: string): Promise<void> {
    await this.#documents.update(prefixOf(receiver, window) + notification, (known) => ({
      result: undefined,
      ...(known !== undefined && { remove: true as const }),
    }));
  }

  /** Those of one window, ordered by id; `after` (exclusive) resumes. */
  async *list(receiver: string, window: string, after?: string): AsyncIterable<Mention> {
    const prefix = prefixOf(receiver, window);
    for await (const { id, body } of this.#documents.list(prefix, after === undefined ? undefined : prefix + after)) {
      const mention = mentionSchema.safeParse(body).data ?? { about: '', sender: '', identifier: '', at: '' };
      yield { id: id.slice(prefix.length), ...mention };
    }
  }

  /** Ids of the deliveries of those of all windows and receivers; `after` (exclusive) resumes. */
  async *all(after?: string): AsyncIterable<{ readonly place: string; readonly delivery: string }> {
    for await (const id of this.#documents.listIds(PREFIX, after === undefined ? undefined : PREFIX + after)) {
      const place = id.slice(PREFIX.length);
      const [receiver = '', , notification = ''] = place.split(':');
      yield { place, delivery: `${notification}:${receiver}` };
    }
  }

  /** How many wait in a window, counted up to `enough`. */
  async count(receiver: string, window: string, enough: number): Promise<number> {
    let count = 0;
    for await (const _ of this.#documents.listIds(prefixOf(receiver, window))) if (++count >= enough) break;
    return count;
  }
}

function prefixOf(receiver: string, window: string): string {
  return `${PREFIX}${receiverKey(receiver)}:${window}:`;
}
