import type { WalkedCollection } from './collection-walk.ts';

/** Identifiers in the jar with a prefix, in code point order; `after` (exclusive) resumes. */
export type ListIdentifiers = (prefix: string, after?: string) => AsyncIterable<string>;

/** How many identifiers of one inner collection are read past before it is jumped over: as many as one request brings. */
const PATIENCE = 500;
/** Behind all names that anybody gives. */
const LAST_NAME = '\u{10FFFF}'.repeat(8);

/**
 * What the jar has in a collection, or below inner collections that are not there, and a listing of it has not. Inner
 * collections that are there are left to their own listings.
 */
export async function* unlistedPaths(
  { collection, objects, collections }: WalkedCollection,
  identifiers: ListIdentifiers,
): AsyncGenerator<string> {
  const listed = new Set(objects);
  const prefix = `${collection}/`;
  let after: string | undefined;
  for (;;) {
    let inner: string | undefined;
    let passed = 0;
    let next: string | undefined;
    for await (const identifier of identifiers(prefix, after)) {
      const child = firstBelow(prefix, identifier);
      if (!collections.has(child) || child === identifier) {
        if (!listed.has(identifier)) yield identifier;
        continue;
      }
      passed = child === inner ? passed + 1 : 1;
      inner = child;
      next = `${child}/${LAST_NAME}`;
      // Not twice to the same place: there may be names even behind that.
      if (passed >= PATIENCE && next !== after) break;
      next = undefined;
    }
    if (next === undefined) return;
    after = next;
  }
}

/** The path below the prefix up to its next slash. */
function firstBelow(prefix: string, identifier: string): string {
  const slash = identifier.indexOf('/', prefix.length);
  return slash < 0 ? identifier : identifier.slice(0, slash);
}
