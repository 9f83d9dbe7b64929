/** The smallest block size; every other is this one doubled a number of times. */
export const SMALLEST_BLOCK_SIZE = 3;

/** The number of block sizes, so that the largest is 3 · 2^30. */
export const BLOCK_SIZES = 31;

/** The most letters in either text of a digest. */
export const LONGEST_TEXT = 64;

/** How many letters in a row two texts must have in common to be compared at all; also the bytes the rolling hash sees. */
export const WINDOW = 7;

/** The most bytes that can be digested: 64 blocks of the largest size, 192 GiB. */
export const MOST_BYTES = SMALLEST_BLOCK_SIZE * 2 ** (BLOCK_SIZES - 1) * LONGEST_TEXT;
