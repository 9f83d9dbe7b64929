import { InvalidDigestError } from '../errors.ts';
import { encode } from './alphabet.ts';
import { LONGEST_TEXT } from './limits.ts';

const GRAMMAR = /^(\d{1,16}):([A-Za-z0-9+/]*):([A-Za-z0-9+/]*)(?:,.*)?$/s;
const LONG_RUN = /(.)\1{3,}/g;

/** A digest made ready for comparison: runs of more than three equal letters, which say little, are shortened to three. */
export interface Digest {
  /** The block size of the first text, in bytes; the second text's is twice that. */
  readonly blockSize: number;
  /** The letters' codes. */
  readonly first: Uint8Array;
  readonly second: Uint8Array;
  /** The whole digest with its runs shortened: digests of the same one are equal. */
  readonly text: string;
}

/**
 * Reads a digest as ssdeep writes it, also with a file name after a comma.
 *
 * @param place - added to the error, e.g. ` at index 3`
 * @throws InvalidDigestError when it is none
 */
export function parseDigest(digest: string, place = ''): Digest {
  const parts = GRAMMAR.exec(digest);
  if (parts === null) throw new InvalidDigestError(digest, 'it is not written as a digest', place);
  const blockSize = Number(parts[1]);
  if (!Number.isSafeInteger(blockSize)) throw new InvalidDigestError(digest, 'its block size is too large', place);
  const first = shortened(parts[2] ?? '');
  const second = shortened(parts[3] ?? '');
  if (first.length > LONGEST_TEXT || second.length > LONGEST_TEXT) {
    throw new InvalidDigestError(digest, `a text has more than ${LONGEST_TEXT} letters (runs counted as 3)`, place);
  }
  return { blockSize, first: encode(first), second: encode(second), text: `${blockSize}:${first}:${second}` };
}

/**
 * Whether a digest says nothing: that of an empty file, and of one in which no block was found (e.g. of up to 193 zero bytes).
 *
 * @throws InvalidDigestError when the text is no digest
 */
export function isEmptyDigest(digest: string): boolean {
  const { first, second } = parseDigest(digest);
  return first.length === 0 && second.length === 0;
}

function shortened(text: string): string {
  return text.replace(LONG_RUN, '$1$1$1');
}
