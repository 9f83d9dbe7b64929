import { InvalidLimitError } from '../errors.ts';
import { Grouping } from '../pairs/grouping.ts';
import { Pace } from '../pairs/pace.ts';
import { type Neighbour, Podiums } from '../pairs/podiums.ts';
import { checkThreshold } from '../pairs/similar-pairs.ts';
import type { Neighbours } from '../pairs/top-neighbours.ts';
import { BandShelf } from './band-shelf.ts';
import { bandsFor } from './bands.ts';
import { SAMPLES } from './consistent-sampling.ts';
import { checkFeatures, type FeatureSet } from './feature-set.ts';
import { FeatureSearch } from './feature-search.ts';
import { FeatureShelf, floorInHundredths, HIGHEST_HUNDREDTHS } from './feature-shelf.ts';

const HUNDREDTHS = 100;
const WANTS_NOTHING = 65_535;

/** Which neighbours to find. */
export interface SimilarFeaturesOptions {
  /** What the similarity in percent, rounded to two decimals, must exceed; from 0 to 100. */
  readonly threshold: number;
  /** The most neighbours of one set, from 1 on. */
  readonly limit: number;
  /**
   * Finds only the neighbours, among all, of sets from this index on.
   *
   * @default 0
   */
  readonly newFrom?: number;
}

/**
 * The best neighbours of each set of features by `weightedJaccard`, their scores in percent with two decimals.
 *
 * Candidates share all rows of at least one band of their signatures, of a length such that at least 99 % of the pairs just at the
 * threshold do (see `bandsFor`); all are compared exactly. Any number of equal sets costs no more than one, and memory grows with the
 * number of sets times `limit`. Sets without features have no neighbours.
 *
 * @throws InvalidFeaturesError, with the index, when one is no set
 * @throws InvalidThresholdError
 * @throws InvalidLimitError
 */
export async function similarFeatures(
  sets: readonly FeatureSet[],
  { threshold, limit, newFrom = 0 }: SimilarFeaturesOptions,
): Promise<Neighbours> {
  checkThreshold(threshold);
  if (!Number.isSafeInteger(limit) || limit < 1) throw new InvalidLimitError('limit', limit);
  for (const [index, set] of sets.entries()) checkFeatures(set, ` at index ${index}`);
  const shelf = new FeatureShelf();
  const numbers = sets.map((set) => (set.hashes.length === 0 ? -1 : shelf.hold(set)));
  // One more than asked for: equal sets are neighbours of each other, and none is its own.
  const podiums = new Podiums(shelf.end, Math.min(limit + 1, sets.length), floorInHundredths(threshold));
  if (threshold < HIGHEST_HUNDREDTHS / HUNDREDTHS) await fill(podiums, shelf, threshold, numbers, newFrom);
  return { of: (index) => (index < newFrom ? [] : neighboursOf(index, podiums.best(numbers[index] ?? -1), limit)) };
}

async function fill(
  podiums: Podiums,
  shelf: FeatureShelf,
  threshold: number,
  numbers: readonly number[],
  newFrom: number,
): Promise<void> {
  const bands = new BandShelf(shelf, bandsFor(threshold / HUNDREDTHS, SAMPLES));
  const search = new FeatureSearch(shelf, bands, podiums.floors, true);
  const members = new Grouping(numbers, shelf.end);
  const wanted = new Set(numbers.slice(newFrom).filter((number) => number >= 0));
  for (let number = 0; number < shelf.end; number += 1) if (!wanted.has(number)) podiums.floors[number] = WANTS_NOTHING;
  const pace = new Pace();
  for (const number of wanted) {
    podiums.offer(number, members.of(number), HIGHEST_HUNDREDTHS);
    const count = search.others(number);
    for (const other of search.found.subarray(0, count)) {
      podiums.offer(number, members.of(other), search.scores[other] ?? 0);
      if (wanted.has(other)) podiums.offer(other, members.of(number), search.scores[other] ?? 0);
    }
    await pace.step();
  }
}

function neighboursOf(index: number, best: readonly Neighbour[], limit: number): Neighbour[] {
  const others = best.filter((neighbour) => neighbour.index !== index).slice(0, limit);
  return others.map((neighbour) => ({ index: neighbour.index, score: neighbour.score / HUNDREDTHS }));
}
