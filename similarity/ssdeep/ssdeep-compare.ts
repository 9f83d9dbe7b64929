import { type Digest, parseDigest } from './digest.ts';
import { Matcher } from './matcher.ts';
import { HIGHEST_SCORE, scoreCap, scoreOf } from './score.ts';

const matcher = new Matcher();

/**
 * How similar two files are by their ssdeep digests: from 0, nothing in common, to 100; the same as libfuzzy 2.14's `fuzzy_compare`.
 *
 * Digests that are equal once runs of more than three equal letters are shortened to three score 100. Otherwise they are compared only if
 * their block sizes are equal or one is twice the other, by the texts of equal block size, and texts with no seven letters in a row in
 * common score 0.
 *
 * @throws InvalidDigestError when one is no digest
 */
export function ssdeepCompare(a: string, b: string): number {
  return compareDigests(parseDigest(a), parseDigest(b));
}

/** As {@link ssdeepCompare}, of digests read before. */
export function compareDigests(a: Digest, b: Digest): number {
  if (a.text === b.text) return HIGHEST_SCORE;
  if (a.blockSize === b.blockSize) {
    const first = compareTexts(a.first, b.first, a.blockSize);
    return Math.max(first, compareTexts(a.second, b.second, a.blockSize * 2));
  }
  if (a.blockSize * 2 === b.blockSize) return compareTexts(a.second, b.first, b.blockSize);
  return a.blockSize === b.blockSize * 2 ? compareTexts(a.first, b.second, a.blockSize) : 0;
}

function compareTexts(a: Uint8Array, b: Uint8Array, blockSize: number): number {
  matcher.take(a, 0, a.length);
  if (!matcher.sharesWindow(b, 0, b.length)) return 0;
  const lengths = a.length + b.length;
  const distance = lengths - 2 * matcher.common(b, 0, b.length, 0);
  return scoreOf(distance, lengths, scoreCap(blockSize, Math.min(a.length, b.length)));
}
