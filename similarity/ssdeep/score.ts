import { LONGEST_TEXT, SMALLEST_BLOCK_SIZE, WINDOW } from './limits.ts';

/** The score of what is equal. */
export const HIGHEST_SCORE = 100;

const SCALE = LONGEST_TEXT;
const CAPPED_BELOW = Math.floor((HIGHEST_SCORE - 1 + WINDOW) / WINDOW) * SMALLEST_BLOCK_SIZE;
const SCALED_DISTANCES = Uint8Array.from({ length: HIGHEST_SCORE + 1 }, (_, floor) =>
  Math.ceil((SCALE * (HIGHEST_SCORE - floor)) / HIGHEST_SCORE),
);

/**
 * The score of two texts: 100 less the edits between them (an insertion and a deletion cost 1 each, a replacement is both) in percent of
 * their lengths, rounded as libfuzzy does, in two steps.
 *
 * @param distance - the edits
 * @param lengths - the sum of both texts' lengths, above 0
 * @param cap - of {@link scoreCap}
 */
export function scoreOf(distance: number, lengths: number, cap: number): number {
  const scaled = Math.floor((distance * SCALE) / lengths);
  return Math.min(HIGHEST_SCORE - Math.floor((HIGHEST_SCORE * scaled) / SCALE), cap);
}

/** The highest score of texts at this block size: short texts of small blocks match by chance. */
export function scoreCap(blockSize: number, shorter: number): number {
  return blockSize >= CAPPED_BELOW ? HIGHEST_SCORE : Math.floor(blockSize / SMALLEST_BLOCK_SIZE) * shorter;
}

/** How many letters in order two texts must have in common to score above `floor`, caps aside. */
export function lettersNeeded(floor: number, lengths: number): number {
  const farthest = Math.ceil(((SCALED_DISTANCES[floor] ?? 0) * lengths) / SCALE) - 1;
  return (lengths - farthest + 1) >> 1;
}
