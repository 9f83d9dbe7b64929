import { createHash } from 'node:crypto';

const REF_LENGTH = 20;
const BITS_PER_LETTER = 6;
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** What stands for an identifier, of whatever length, in ids and lists: 120 bits of its hash, in 20 letters. */
export function refOf(identifier: string): string {
  return createHash('sha256').update(identifier).digest('base64url').slice(0, REF_LENGTH);
}

/** One bit of a ref, from 0 on: `0` or `1`, as evenly spread as hashes are. */
export function bitOf(ref: string, at: number): string {
  const letter = LETTERS.indexOf(ref.charAt(Math.floor(at / BITS_PER_LETTER)));
  return String((letter >> (BITS_PER_LETTER - 1 - (at % BITS_PER_LETTER))) & 1);
}

/** How many bits a ref has. */
export const REF_BITS = REF_LENGTH * BITS_PER_LETTER;
