import { LONGEST_TEXT } from '../ssdeep/limits.ts';
import { type Digest, parseDigest } from '../ssdeep/digest.ts';

/**
 * The texts of many kinds of digests. Each kind has two, numbered `2 * kind` and `2 * kind + 1`; two are comparable only if they are of the
 * same block size.
 */
export interface DigestTexts {
  /** How many kinds there are. */
  readonly kinds: number;
  /** The texts' codes, each text's beginning at its number times 64. */
  readonly codes: Uint8Array;
  /** The texts' lengths. */
  readonly lengths: Uint8Array;
  /** The texts' block sizes, in bytes. */
  readonly blockSizes: Float64Array;
}

/**
 * Many digests in little memory, equal ones (after shortening of runs) kept once as a *kind*; equal ones score 100 at any length, and the
 * comparison of others is the same for all of a kind.
 */
export class DigestShelf implements DigestTexts {
  readonly kinds: number;
  readonly codes: Uint8Array;
  readonly lengths: Uint8Array;
  readonly blockSizes: Float64Array;
  readonly #kindOf: Int32Array;
  readonly #members: Int32Array;
  readonly #starts: Int32Array;

  /**
   * @param lastFrom - kinds with a member of this index or a higher one come after all others
   * @throws InvalidDigestError, with the index, when one is no digest
   */
  constructor(digests: readonly string[], lastFrom: number) {
    const { kindOf, kinds } = sortOut(digests, lastFrom);
    this.kinds = kinds.length;
    this.#kindOf = kindOf;
    this.codes = new Uint8Array(2 * kinds.length * LONGEST_TEXT);
    this.lengths = new Uint8Array(2 * kinds.length);
    this.blockSizes = new Float64Array(2 * kinds.length);
    for (const [kind, digest] of kinds.entries()) this.#put(kind, parseDigest(digest));
    this.#starts = startsOf(kindOf, kinds.length);
    this.#members = new Int32Array(digests.length);
    const next = this.#starts.slice();
    for (const [index, kind] of kindOf.entries()) this.#members[bump(next, kind)] = index;
  }

  /** The kind of the digest with this index, below {@link kinds}. */
  kindOf(index: number): number {
    return this.#kindOf[index] ?? -1;
  }

  /** The indices of the digests of a kind, ascending. */
  members(kind: number): Int32Array {
    return this.#members.subarray(this.#starts[kind] ?? 0, this.#starts[kind + 1] ?? 0);
  }

  #put(kind: number, { blockSize, first, second }: Digest): void {
    for (const [part, text] of [first, second].entries()) {
      const number = 2 * kind + part;
      this.codes.set(text, number * LONGEST_TEXT);
      this.lengths[number] = text.length;
      this.blockSizes[number] = blockSize * (part + 1);
    }
  }
}

interface Sorted {
  readonly kindOf: Int32Array;
  readonly kinds: readonly string[];
}

function sortOut(digests: readonly string[], lastFrom: number): Sorted {
  const texts = digests.map((digest, index) => parseDigest(digest, ` at index ${index}`).text);
  const last = new Set(texts.slice(lastFrom));
  const kinds = [...new Set(texts.filter((text) => !last.has(text))), ...last];
  const kindByText = new Map(kinds.map((text, kind) => [text, kind]));
  return { kindOf: Int32Array.from(texts, (text) => kindByText.get(text) ?? 0), kinds };
}

function startsOf(kindOf: Int32Array, kinds: number): Int32Array {
  const starts = new Int32Array(kinds + 1);
  for (const kind of kindOf) bump(starts, kind + 1);
  for (let kind = 0; kind < kinds; kind += 1) starts[kind + 1] = (starts[kind + 1] ?? 0) + (starts[kind] ?? 0);
  return starts;
}

function bump(counts: Int32Array, at: number): number {
  const before = counts[at] ?? 0;
  counts[at] = before + 1;
  return before;
}
