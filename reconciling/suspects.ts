/** Something that is not done. */
export interface Suspect {
  /** Id of its document. */
  readonly id: string;
  /** What it had come to when it was first seen like this. */
  readonly mark: string;
  /** When that was, in milliseconds since the epoch. */
  readonly seen: number;
}

/** All that was not done when it was looked at last, and has not changed since. */
export class Suspects implements Iterable<Suspect> {
  readonly #byId: Map<string, Suspect>;

  constructor(known: Iterable<Suspect> = []) {
    this.#byId = new Map(Array.from(known, (suspect) => [suspect.id, suspect]));
  }

  get size(): number {
    return this.#byId.size;
  }

  /** How one was found: done where `mark` is undefined. One that has not got on is as old as it was. */
  note(id: string, mark: string | undefined, now: number): void {
    if (mark === undefined) this.#byId.delete(id);
    else if (this.#byId.get(id)?.mark !== mark) this.#byId.set(id, { id, mark, seen: now });
  }

  /** It was taken up: as young as if it had just been seen. */
  renew({ id, mark }: Suspect, now: number): void {
    this.#byId.set(id, { id, mark, seen: now });
  }

  [Symbol.iterator](): Iterator<Suspect> {
    return this.#byId.values();
  }
}
