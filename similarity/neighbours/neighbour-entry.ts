import type { FeatureSet } from '../attributes/feature-set.ts';

/** What the engine compares of one cookie. */
export interface NeighbourEntry {
  /** The cookie's identifier. */
  readonly id: string;
  /** Its type, as the comparison rules call it. */
  readonly kind: string;
  /** Its ssdeep digest. Digests of empty files say nothing and count as none. */
  readonly digest?: string;
  /** Its chosen metadata. A set without features says nothing and counts as none. */
  readonly features?: FeatureSet;
}

/** How similar two cookies are, by each measurement that both have data for: numbers from 0 to 100. */
export interface Measurements {
  /** The ssdeep score, a whole number. */
  readonly ssdeep_similarity?: number;
  /** The weighted Jaccard similarity of their features in percent, rounded to two decimals. */
  readonly attribute_similarity?: number;
}

/** A cookie that is similar to another. */
export interface SimilarEntry {
  readonly id: string;
  readonly measurements: Measurements;
}
