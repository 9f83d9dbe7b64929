/** A place up to which everything is done once so many updates are delivered. */
interface Bookmark<P> {
  readonly given: number;
  readonly place: P;
  readonly onReached: (() => Promise<void>) | undefined;
}

/** Where a source may go on: at the last place before which all that it gave is delivered. */
export class Bookmarks<P> {
  readonly #open: Bookmark<P>[] = [];
  #delivered = 0;
  #place: P;

  constructor(place: P) {
    this.#place = place;
  }

  /** The last place that was reached. */
  get place(): P {
    return this.#place;
  }

  /** Marks a place behind the first `given` updates. */
  async mark(given: number, place: P, onReached?: () => Promise<void>): Promise<void> {
    this.#open.push({ given, place, onReached });
    await this.#settle();
  }

  /** How many updates are delivered. */
  get delivered(): number {
    return this.#delivered;
  }

  /** Says that the first `count` updates are delivered. */
  async reach(count: number): Promise<void> {
    this.#delivered = count;
    await this.#settle();
  }

  async #settle(): Promise<void> {
    const open = this.#open.findIndex(({ given }) => given > this.#delivered);
    for (const { place, onReached } of this.#open.splice(0, open < 0 ? this.#open.length : open)) {
      await onReached?.();
      this.#place = place;
    }
  }
}
