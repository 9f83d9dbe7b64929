/**
 * ssdeep digests of files and features of cookies, how similar two are, and which of many are similar: the package
 * `cookie-monster/similarity`.
 */
export { signatureOf, type SamplingOptions } from './attributes/consistent-sampling.ts';
export type { FeatureSet } from './attributes/feature-set.ts';
export { type Attribute, featuresOf } from './attributes/features-of.ts';
export { similarFeatures, type SimilarFeaturesOptions } from './attributes/similar-features.ts';
export { weightedJaccard } from './attributes/weighted-jaccard.ts';
export {
  InputTooLargeError,
  InvalidDigestError,
  InvalidFeaturesError,
  InvalidLimitError,
  InvalidThresholdError,
} from './errors.ts';
export { similarPairs, type SimilarPair, type SimilarPairsOptions } from './pairs/similar-pairs.ts';
export type { Neighbour } from './pairs/podiums.ts';
export { topNeighbours, type Neighbours, type TopNeighboursOptions } from './pairs/top-neighbours.ts';
export { isEmptyDigest } from './ssdeep/digest.ts';
export { ssdeepCompare } from './ssdeep/ssdeep-compare.ts';
export { ssdeepDigest, type DigestSource } from './ssdeep/ssdeep-digest.ts';
export { SsdeepHasher } from './ssdeep/ssdeep-hasher.ts';
