import { InvalidLimitError } from '../errors.ts';
import { HIGHEST_SCORE } from '../ssdeep/score.ts';
import { DigestShelf } from './digest-shelf.ts';
import { NeighbourSearch } from './neighbour-search.ts';
import { Pace } from './pace.ts';
import { type Neighbour, Podiums } from './podiums.ts';
import { checkThreshold } from './similar-pairs.ts';

/** The most similar digests of each of many. */
export interface Neighbours {
  /** Those of the digest with this index: the highest score first, the lower index first where scores are equal. */
  of(index: number): Neighbour[];
}

/** How many neighbours to keep. */
export interface TopNeighboursOptions {
  /** What a score must exceed, from 0 to 100. */
  readonly threshold: number;
  /** The most neighbours of one digest, from 1 on. */
  readonly limit: number;
  /**
   * The most others that one text is compared with, those first that share the rarest letters with it. This bounds the work in families of
   * tens of thousands, where it grows with the square of their size, at the price that a better neighbour may be missed there.
   *
   * @default all, nothing is missed
   */
  readonly mostComparisons?: number;
}

/**
 * The best neighbours of each digest, exactly those that a sorted and cut list of its {@link similarPairs} would have.
 *
 * Memory grows with the number of digests times `limit`, however large a family of near-identical files is; any number of equal digests
 * costs no more than one. Comparisons end early where both digests have better neighbours already.
 *
 * @throws InvalidDigestError, with the index, when one is no digest
 * @throws InvalidThresholdError
 * @throws InvalidLimitError
 */
export async function topNeighbours(
  digests: readonly string[],
  { threshold, limit, mostComparisons = Number.MAX_SAFE_INTEGER }: TopNeighboursOptions,
): Promise<Neighbours> {
  checkThreshold(threshold);
  checkLimit('limit', limit);
  checkLimit('mostComparisons', mostComparisons);
  const shelf = new DigestShelf(digests, digests.length);
  // One more than asked for: a kind's members are neighbours of each other, and none is its own.
  const podiums = new Podiums(shelf.kinds, Math.min(limit + 1, digests.length), Math.floor(threshold));
  if (threshold < HIGHEST_SCORE)
    await fill(podiums, shelf, new NeighbourSearch(shelf, podiums.floors, mostComparisons));
  return { of: (index) => neighboursOf(index, podiums.best(shelf.kindOf(index)), limit) };
}

function checkLimit(option: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidLimitError(option, value);
}

async function fill(podiums: Podiums, shelf: DigestShelf, search: NeighbourSearch): Promise<void> {
  const pace = new Pace();
  for (let kind = 0; kind < shelf.kinds; kind += 1) {
    const members = shelf.members(kind);
    podiums.offer(kind, members, HIGHEST_SCORE);
    const count = search.before(kind);
    for (const other of search.found.subarray(0, count)) {
      podiums.offer(kind, shelf.members(other), search.scores[other] ?? 0);
      podiums.offer(other, members, search.scores[other] ?? 0);
    }
    await pace.step();
  }
}

function neighboursOf(index: number, best: readonly Neighbour[], limit: number): Neighbour[] {
  return best.filter((neighbour) => neighbour.index !== index).slice(0, limit);
}
