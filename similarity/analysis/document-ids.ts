/** Where the analysis has got to: one document. */
export const STATE_ID = 'similar-state';

/** Prefixes of the ids of everything that the analysis keeps in the jar. */
export const Prefix = {
  /** Relationships: one document per pair of similar cookies. */
  PAIR: 'similar:',
  /** What is known of the cookies compared: two versions of each part, one of which is in force. */
  INDEX: 'similar-index:',
  /** Which versions of the index's parts are in force: two versions likewise. */
  MANIFEST: 'similar-manifest:',
  /** Changes of relationships and families that are decided and not all made yet. */
  TODO: 'similar-todo:',
  /** Families: one document each, by the member that names it. */
  FAMILY: 'similar-family:',
  /** Empty documents that put the families in order, the largest first. */
  FAMILY_ORDER: 'similar-families:',
} as const;

const SIZE_DIGITS = 10;
const LARGEST_SIZE = 10 ** SIZE_DIGITS - 1;
const TODO_DIGITS = 8;

/** The two versions that a document of the index has. */
export type Slot = 'a' | 'b';

/** The id of the relationship between two cookies, whose refs may come in any order. */
export function pairId(one: string, other: string): string {
  return one < other ? `${Prefix.PAIR}${one}:${other}` : `${Prefix.PAIR}${other}:${one}`;
}

/** The id of a version of a part of the index. */
export function shardId(prefix: string, slot: Slot): string {
  return `${Prefix.INDEX}${slot}${prefix}`;
}

/** The part's name in an id that {@link shardId} made. */
export function prefixOfShard(id: string): string {
  return id.slice(Prefix.INDEX.length + 1);
}

/** The id of a version of the list of parts. */
export function manifestId(slot: Slot): string {
  return `${Prefix.MANIFEST}${slot}`;
}

/** The id of a document of planned changes, by its number from 0 on. */
export function todoId(number: number): string {
  return `${Prefix.TODO}${String(number).padStart(TODO_DIGITS, '0')}`;
}

/** The id of the family that the cookie with this ref names. */
export function familyId(nameRef: string): string {
  return `${Prefix.FAMILY}${nameRef}`;
}

/** Sorts before those of smaller families. */
export function familyOrderId(size: number, nameRef: string): string {
  return `${Prefix.FAMILY_ORDER}${String(LARGEST_SIZE - size).padStart(SIZE_DIGITS, '0')}:${nameRef}`;
}

/** The ref in an id that {@link familyOrderId} made. */
export function familyOfOrderId(id: string): string {
  return id.slice(Prefix.FAMILY_ORDER.length + SIZE_DIGITS + 1);
}

/** The version that is not in force. */
export function otherSlot(slot: Slot): Slot {
  return slot === 'a' ? 'b' : 'a';
}
