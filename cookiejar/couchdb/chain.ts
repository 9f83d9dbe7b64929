import type { DocumentContext } from '../cookie-jar.ts';
import type { JsonObject } from '../json.ts';
import { type StoredDocument, generation } from './answers.ts';
import type { UpdateEntry } from './entry.ts';
import type { DocumentText } from './store.ts';

/** The updates of one document in one batch, applied one after the other to what the store has. */
export interface Chain {
  /** What to write; absent where nothing changes. */
  readonly document?: DocumentText;
  /** Those that are done once the document is written. */
  readonly applied: readonly UpdateEntry[];
  /** Those that need what comes of this batch first. */
  readonly postponed: readonly UpdateEntry[];
}

/** Applies the updates in their order. One that throws fails alone and at once. */
export function applyChain(id: string, stored: StoredDocument, entries: readonly UpdateEntry[]): Chain {
  const chain = new ChainBuilder(stored);
  for (const entry of entries) chain.apply(entry);
  return chain.build(id);
}

class ChainBuilder {
  readonly #stored: StoredDocument;
  readonly #applied: UpdateEntry[] = [];
  readonly #postponed: UpdateEntry[] = [];
  #body: JsonObject | undefined;
  #fate: 'kept' | 'written' | 'removed' = 'kept';

  constructor(stored: StoredDocument) {
    this.#stored = stored;
    this.#body = stored.kind === 'live' ? stored.body : undefined;
  }

  apply(entry: UpdateEntry): void {
    // What follows a removal must see the deletion that it leaves in the store, and a removal what was there before.
    if (this.#fate === 'removed' || this.#postponed.length > 0) this.#postponed.push(entry);
    else this.#change(entry);
  }

  build(id: string): Chain {
    const document = this.#document(id);
    return { ...(document && { document }), applied: this.#applied, postponed: this.#postponed };
  }

  #change(entry: UpdateEntry): void {
    try {
      const context = this.#context(entry);
      const { write, remove } = entry.change(this.#body, context);
      if (remove && this.#fate === 'written') {
        this.#postponed.push(entry);
        return;
      }
      entry.first = context.first;
      this.#applied.push(entry);
      if (remove) this.#fate = this.#body === undefined ? this.#fate : 'removed';
      else if (write) [this.#body, this.#fate] = [write, 'written'];
    } catch (error) {
      entry.reject(error);
    }
  }

  #context(entry: UpdateEntry): DocumentContext {
    const found = {
      body: this.#body,
      ...(this.#stored.kind === 'deleted' && { deletedAt: generation(this.#stored.revision) }),
    };
    return { ...found, first: entry.first ?? found };
  }

  #document(id: string): DocumentText | undefined {
    if (this.#fate === 'kept') return undefined;
    // Written upon the deletion too, so that a second deletion in between is noticed.
    const meta = { _id: id, ...(this.#stored.kind !== 'absent' && { _rev: this.#stored.revision }) };
    const text = JSON.stringify(this.#fate === 'removed' ? { ...meta, _deleted: true } : { ...meta, ...this.#body });
    return { id, text };
  }
}
