import type { Family } from '../families/family.ts';
import { familyId, familyOrderId } from './document-ids.ts';
import type { IndexRow } from './index-row.ts';
import type { PlannedChange } from './planned-changes.ts';
import { refOf } from './refs.ts';

/** How many members a family's document names. */
export const MEMBERS_NAMED = 50;

/** The families that rows speak of, by the ref of the member that names them, as the engine would list them. */
export function familiesOf(rows: Iterable<readonly [string, IndexRow]>): Map<string, Family> {
  const members = new Map<string, string[]>();
  const names = new Map<string, string>();
  for (const [ref, { facts, family }] of rows) {
    if (family === undefined) continue;
    if (family === ref) names.set(ref, facts.identifier);
    const known = members.get(family);
    if (known) known.push(facts.identifier);
    else members.set(family, [facts.identifier]);
  }
  return new Map(Array.from(members, ([ref, all]) => [ref, familyFrom(names.get(ref) ?? '', all)]));
}

/** What becomes of the documents of families. */
export function* familyChanges(
  before: ReadonlyMap<string, Family>,
  now: Iterable<Family>,
): Generator<PlannedChange, void, undefined> {
  const gone = new Map(before);
  for (const family of now) {
    const ref = refOf(family.name);
    const known = gone.get(ref);
    gone.delete(ref);
    if (known && sameFamily(known, family)) continue;
    yield { id: familyId(ref), body: { name: family.name, size: family.size, members: family.members } };
    if (known?.size === family.size) continue;
    yield { id: familyOrderId(family.size, ref), body: {} };
    if (known) yield { id: familyOrderId(known.size, ref) };
  }
  for (const [ref, { size }] of gone) {
    yield { id: familyId(ref) };
    yield { id: familyOrderId(size, ref) };
  }
}

function familyFrom(name: string, members: readonly string[]): Family {
  const others = members.filter((member) => member !== name).toSorted();
  return { name, size: members.length, members: [name, ...others].slice(0, MEMBERS_NAMED) };
}

function sameFamily(one: Family, other: Family): boolean {
  return (
    one.name === other.name &&
    one.size === other.size &&
    one.members.length === other.members.length &&
    one.members.every((member, at) => member === other.members[at])
  );
}
