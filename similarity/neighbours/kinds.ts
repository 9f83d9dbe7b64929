const ASK = 0;
const NO = 1;
const YES = 2;

/** Numbers for kinds of entries, and which are compared with which, asked once for each two. */
export class Kinds {
  readonly #comparable: (one: string, other: string) => boolean;
  readonly #numbers = new Map<string, number>();
  readonly #names: string[] = [];
  #capacity = 0;
  #answers = new Uint8Array(0);

  constructor(comparable: (one: string, other: string) => boolean) {
    this.#comparable = comparable;
  }

  /** The number of a kind. */
  numberOf(kind: string): number {
    const known = this.#numbers.get(kind);
    if (known !== undefined) return known;
    this.#numbers.set(kind, this.#names.length);
    this.#names.push(kind);
    if (this.#names.length > this.#capacity) this.#grow();
    return this.#names.length - 1;
  }

  /** Whether entries of two kinds are compared. */
  comparable(one: number, other: number): boolean {
    const at = Math.min(one, other) * this.#capacity + Math.max(one, other);
    if (this.#answers[at] === ASK) this.#answers[at] = this.#ask(one, other);
    return this.#answers[at] === YES;
  }

  #ask(one: number, other: number): number {
    return this.#comparable(this.#names[one] ?? '', this.#names[other] ?? '') ? YES : NO;
  }

  #grow(): void {
    this.#capacity = Math.max(16, 2 * this.#capacity);
    this.#answers = new Uint8Array(this.#capacity * this.#capacity);
  }
}
