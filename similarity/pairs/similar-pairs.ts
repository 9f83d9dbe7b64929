import { InvalidThresholdError } from '../errors.ts';
import { HIGHEST_SCORE } from '../ssdeep/score.ts';
import { DigestShelf } from './digest-shelf.ts';
import { NeighbourSearch } from './neighbour-search.ts';
import { Pace } from './pace.ts';

/** Two indices, the lower first, and the score of their digests. */
export type SimilarPair = [lower: number, higher: number, score: number];

/** Which pairs to find. */
export interface SimilarPairsOptions {
  /** What a score must exceed, from 0 to 100. */
  readonly threshold: number;
  /**
   * Finds only pairs with at least one digest from this index on: those before it have been compared with each other already.
   *
   * @default 0
   */
  readonly newFrom?: number;
}

/**
 * All pairs of digests whose {@link ssdeepCompare} score is above the threshold, each once, in no particular order.
 *
 * None is missed, and only digests with seven letters in a row in common are compared. The digests of empty files, `3::`, are equal and so
 * score 100 with each other, as everywhere: leave them out beforehand if that tells nothing (`isEmptyDigest`).
 *
 * @throws InvalidDigestError, with the index, when one is no digest
 * @throws InvalidThresholdError
 */
export async function* similarPairs(
  digests: readonly string[],
  { threshold, newFrom = 0 }: SimilarPairsOptions,
): AsyncGenerator<SimilarPair, void, undefined> {
  checkThreshold(threshold);
  if (threshold >= HIGHEST_SCORE || newFrom >= digests.length) return;
  const shelf = new DigestShelf(digests, newFrom);
  const search = new NeighbourSearch(shelf, new Uint16Array(shelf.kinds).fill(Math.floor(threshold)));
  const pace = new Pace();
  for (let kind = 0; kind < shelf.kinds; kind += 1) {
    const members = shelf.members(kind);
    if ((members.at(-1) ?? 0) < newFrom) continue;
    // Not `yield*`, which takes several times as long from a synchronous iterable.
    for (const pair of pairsWithin(members, newFrom)) yield pair;
    const count = search.before(kind);
    for (const other of search.found.subarray(0, count)) {
      const score = search.scores[other] ?? 0;
      for (const pair of pairsBetween(members, shelf.members(other), newFrom, score)) yield pair;
    }
    await pace.step();
  }
}

/** @throws InvalidThresholdError when it is no number from 0 to 100 */
export function checkThreshold(threshold: number): void {
  if (!(threshold >= 0 && threshold <= HIGHEST_SCORE)) throw new InvalidThresholdError(threshold);
}

function* pairsWithin(members: Int32Array, newFrom: number): Generator<SimilarPair> {
  for (const [at, lower] of members.entries()) {
    for (const higher of members.subarray(at + 1)) {
      if (higher >= newFrom) yield [lower, higher, HIGHEST_SCORE];
    }
  }
}

function* pairsBetween(ones: Int32Array, others: Int32Array, newFrom: number, score: number): Generator<SimilarPair> {
  for (const one of ones) {
    for (const other of others) {
      if (Math.max(one, other) >= newFrom) yield one < other ? [one, other, score] : [other, one, score];
    }
  }
}
