import type { NeighbourEntry } from './neighbour-entry.ts';

/** Finds, for one point after the other, others that score high enough with it. */
export interface PairSearch {
  /** The points found, in no particular order; valid are as many as the search answered, until the next search. */
  readonly found: Int32Array;
  /** The score of each point found, by point. */
  readonly scores: Uint8Array | Uint16Array;
  /**
   * Compares a point with all for which this was not called yet and answers how many were found whose score is of interest to one of the
   * two.
   */
  others(point: number): number;
}

/** One way to compare entries: by what they have of one sort, equal ones being one *point*. */
export interface Measure {
  /** How many hundredths of a percent a score of 1 is. */
  readonly unit: number;
  /** The score of what is equal. */
  readonly highest: number;
  /** What a score must exceed. */
  readonly floor: number;
  /** From how many searches on an index is sooner made than all looked through each time. */
  readonly indexedFrom: number;
  /** All points are below this one. */
  readonly end: number;
  /**
   * Reads an entry's part.
   * @returns what makes it a point, to be released once for each call; undefined where it has none
   * @throws InvalidDigestError, InvalidFeaturesError
   */
  read(entry: NeighbourEntry): (() => number) | undefined;
  /** Lets go of a point. */
  release(point: number): void;
  /** The score of two points. */
  score(one: number, other: number): number;
  /** Whether a search that compares all finds two points that have this score. */
  finds(one: number, other: number, score: number): boolean;
  /**
   * @param floors - by point, what a score must exceed to be of interest to it; read anew for each comparison
   * @param indexed - whether many searches follow, so that an index is worth its making
   */
  search(floors: Uint16Array, indexed: boolean): PairSearch;
}
