import type { ZoneReader } from './zone-reader.ts';

/** Ids of objects by their names; undefined where they cannot be had. */
export type Ids = ReadonlyMap<string, string> | undefined;

/** The ids of the objects in one collection, asked for when the first is wanted. */
export class CollectionIds {
  readonly #reader: ZoneReader;
  readonly #collection: string;
  #ids: Promise<Ids> | undefined;

  constructor(reader: ZoneReader, collection: string) {
    this.#reader = reader;
    this.#collection = collection;
  }

  /** As they were when they were asked for first. */
  async get(): Promise<Ids> {
    this.#ids ??= this.#ask();
    return this.#ids;
  }

  /** As they are now. */
  async refresh(): Promise<Ids> {
    this.#ids = this.#ask();
    return this.#ids;
  }

  async #ask(): Promise<Ids> {
    const answer = await this.#reader.ids(this.#collection);
    return answer.kind === 'found' ? answer.value : undefined;
  }
}
