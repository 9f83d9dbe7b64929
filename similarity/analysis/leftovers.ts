import type { Documents } from '../../cookiejar/cookie-jar.ts';
import { Prefix, familyId, familyOrderId } from './document-ids.ts';
import type { PlannedChange } from './planned-changes.ts';
import type { Family } from '../families/family.ts';
import { refOf } from './refs.ts';
import type { SimilarityIndex } from './similarity-index.ts';

/**
 * Relationships and families in the jar that nobody knows of any more, because the state of the analysis was lost.
 *
 * @param alive - called for each one there is, as there may be very many that are known
 */
export async function* leftovers(
  documents: Documents,
  index: SimilarityIndex,
  families: readonly Family[],
  alive: () => void,
): AsyncGenerator<PlannedChange, void, undefined> {
  for await (const id of documents.listIds(Prefix.PAIR)) {
    alive();
    if (!isLinked(id, index)) yield { id };
  }
  const known = new Set(
    families.flatMap(({ name, size }) => [familyId(refOf(name)), familyOrderId(size, refOf(name))]),
  );
  for (const prefix of [Prefix.FAMILY, Prefix.FAMILY_ORDER]) {
    for await (const id of documents.listIds(prefix)) if (!known.has(id)) yield { id };
  }
}

function isLinked(id: string, index: SimilarityIndex): boolean {
  const [, one = '', other = ''] = id.split(':');
  return index.get(one)?.links.includes(other) === true || index.get(other)?.links.includes(one) === true;
}
