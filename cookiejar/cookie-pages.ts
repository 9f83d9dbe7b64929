import type { Documents } from './cookie-jar.ts';
import { type Head, headBody, headId, parseHead } from './head.ts';
import type { LoadedPages } from './merge.ts';
import { type Page, pageIncarnation, pagePrefix, parsePage } from './page.ts';
import { type RollLimits, nextPage, withPage } from './roll.ts';

/** The documents that older enrichments of cookies roll into. */
export class CookiePages {
  readonly #documents: Documents;
  readonly #limits: RollLimits;

  constructor(documents: Documents, limits: RollLimits) {
    this.#documents = documents;
    this.#limits = limits;
  }

  /** The pages that exist. @throws CorruptDocumentError */
  async read(ids: readonly string[]): Promise<LoadedPages> {
    const bodies = await this.#documents.read(ids);
    return new Map(Array.from(bodies, ([id, body]) => [id, parsePage(id, body)]));
  }

  /** Moves older enrichments of a cookie into pages until its document, as it was last seen, is small enough. */
  async roll(head: Head): Promise<void> {
    let current: Head | undefined = head;
    while (current) {
      const page = nextPage(current, this.#limits);
      current = page && (await this.#move(current, page));
    }
  }

  /** Removes the pages of all incarnations of a cookie before `incarnation`. */
  async sweep(identifier: string, incarnation: number): Promise<void> {
    const old: string[] = [];
    for await (const id of this.#documents.listIds(pagePrefix(identifier))) {
      if (pageIncarnation(identifier, id) < incarnation) old.push(id);
    }
    await Promise.all(old.map(async (id) => this.#remove(id)));
  }

  /** @returns the cookie's document afterwards; undefined where it has changed too much, or gone */
  async #move(head: Head, page: Page): Promise<Head | undefined> {
    // The page first: a crash in between leaves a page that nobody knows, never a reference to none.
    await this.#documents.update(page.reference.id, (body) =>
      body === undefined ? { result: undefined, write: page.body } : { result: undefined },
    );
    const moved = await this.#refer(head, page);
    if (moved === 'gone') await this.#remove(page.reference.id);
    return moved === 'gone' ? undefined : moved;
  }

  async #refer({ identifier, incarnation }: Head, page: Page): Promise<Head | 'gone' | undefined> {
    const id = headId(identifier);
    return this.#documents.update<Head | 'gone' | undefined>(id, (body) => {
      const current = body && parseHead(id, body);
      if (current?.incarnation !== incarnation) return { result: 'gone' };
      const changed = withPage(current, page);
      return changed ? { result: changed, write: headBody(changed) } : { result: undefined };
    });
  }

  async #remove(id: string): Promise<void> {
    await this.#documents.update(id, () => ({ result: undefined, remove: true }));
  }
}
