import fc from 'fast-check';
import type { FeatureSet } from '../../similarity/attributes/feature-set.ts';
import type { NeighbourEntry } from '../../similarity/neighbours/neighbour-engine.ts';
import { anyFamilies } from './digest-arbitrary.ts';

/** Sets of a few features, some of them equal and many with features in common; with whole weights, halves and odd ones. */
export const anyFeatures: fc.Arbitrary<FeatureSet> = fc
  .uniqueArray(
    fc.tuple(
      fc.constantFrom(3, 7, 2 ** 31, 2 ** 32 + 3, 2 ** 52, 2 ** 53 - 1, 40, 41, 42, 43),
      fc.constantFrom(1, 1, 1, 2, 0.5, 0.1),
    ),
    {
      selector: ([hash]) => hash,
      maxLength: 8,
    },
  )
  .map((features) => features.toSorted(([one], [other]) => one - other))
  .map((features) => ({ hashes: features.map(([hash]) => hash), weights: features.map(([, weight]) => weight) }));

/** What may be said of an entry: many of several say the same, or nearly. */
const anyContents = fc
  .tuple(anyFamilies, fc.array(anyFeatures, { minLength: 1, maxLength: 6 }))
  .map(([digests, sets]) => ({ digests: [...digests, '3::', undefined], sets: [...sets, undefined] }));

/** Batches of changes: entries of few ids come, change and go. */
export interface Batch {
  readonly changed: readonly NeighbourEntry[];
  readonly removed: readonly string[];
}

export function anyBatches(ids: readonly string[]): fc.Arbitrary<Batch[]> {
  return anyContents.chain(({ digests, sets }) => {
    const entry = fc.record({
      id: fc.constantFrom(...ids),
      kind: fc.constantFrom('apk', 'apk', 'elf', 'png'),
      digest: fc.constantFrom(...digests),
      features: fc.constantFrom(...sets),
    });
    const changed = fc.array(entry.map(withoutNothing), { maxLength: 10 });
    return fc.array(fc.record({ changed, removed: fc.array(fc.constantFrom(...ids), { maxLength: 3 }) }), {
      minLength: 1,
      maxLength: 6,
    });
  });
}

function withoutNothing({
  id,
  kind,
  digest,
  features,
}: {
  id: string;
  kind: string;
  digest: string | undefined;
  features: FeatureSet | undefined;
}): NeighbourEntry {
  return { id, kind, ...(digest !== undefined && { digest }), ...(features !== undefined && { features }) };
}
