import { bandsFor } from '../../similarity/attributes/bands.ts';
import { signatureOf } from '../../similarity/attributes/consistent-sampling.ts';
import type { FeatureSet } from '../../similarity/attributes/feature-set.ts';
import { weightedJaccard } from '../../similarity/attributes/weighted-jaccard.ts';
import { isEmptyDigest, ssdeepCompare } from '../../similarity/index.ts';
import type { NeighbourEntry, NeighbourOptions, SimilarEntry } from '../../similarity/neighbours/neighbour-engine.ts';

/** The neighbours of all entries, found by comparing all with all. */
export function neighboursByHand(
  entries: readonly NeighbourEntry[],
  options: NeighbourOptions,
): Map<string, SimilarEntry[]> {
  return new Map(
    entries.map((entry) => [
      entry.id,
      entries
        .filter((other) => other.id !== entry.id && options.comparable(entry.kind, other.kind))
        .map((other) => compared(entry, other, options))
        .filter(({ rank }) => rank > 0)
        .toSorted((one, other) => other.rank - one.rank || (one.similar.id < other.similar.id ? -1 : 1))
        .slice(0, options.neighbours)
        .map(({ similar }) => similar),
    ]),
  );
}

function compared(
  { digest, features }: NeighbourEntry,
  other: NeighbourEntry,
  { ssdeepThreshold = Infinity, attributeThreshold = Infinity }: NeighbourOptions,
): { rank: number; similar: SimilarEntry } {
  const score =
    ssdeepThreshold < Infinity && says(digest) && says(other.digest) ? ssdeepCompare(digest, other.digest) : undefined;
  const percent =
    attributeThreshold < Infinity && hasSome(features) && hasSome(other.features)
      ? Math.round(weightedJaccard(features, other.features) * 10_000) / 100
      : undefined;
  const ranks = [
    score !== undefined && score > ssdeepThreshold ? score : 0,
    percent !== undefined && percent > attributeThreshold && shareBand(features, other.features, attributeThreshold)
      ? percent
      : 0,
  ];
  return {
    rank: Math.max(...ranks),
    similar: {
      id: other.id,
      measurements: {
        ...(score !== undefined && { ssdeep_similarity: score }),
        ...(percent !== undefined && { attribute_similarity: percent }),
      },
    },
  };
}

function says(digest: string | undefined): digest is string {
  return digest !== undefined && !isEmptyDigest(digest);
}

function hasSome(features: FeatureSet | undefined): features is FeatureSet {
  return features !== undefined && features.hashes.length > 0;
}

function shareBand(one: FeatureSet | undefined, other: FeatureSet | undefined, threshold: number): boolean {
  if (one === undefined || other === undefined) return false;
  const { bands, rows } = bandsFor(threshold / 100, 128);
  const [signature, otherSignature] = [signed(one), signed(other)];
  return Array.from({ length: bands }, (_, band) => band * rows).some((first) =>
    signature.subarray(first, first + rows).every((sample, row) => sample === otherSignature[first + row]),
  );
}

const signatures = new Map<string, Uint32Array>();

function signed(features: FeatureSet): Uint32Array {
  const key = JSON.stringify(features);
  const signature = signatures.get(key) ?? signatureOf(features);
  signatures.set(key, signature);
  return signature;
}
