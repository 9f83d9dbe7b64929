import fc from 'fast-check';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

function text(letters: string, longest: number): fc.Arbitrary<string> {
  return fc.string({ unit: fc.constantFrom(...letters.split('')), maxLength: longest });
}

/** Digests whose texts are of all letters, or of few, so that there are runs and chance matches. */
export const anyDigest = fc
  .constantFrom(LETTERS, LETTERS, 'ABCD', 'Az')
  .chain((letters) => fc.tuple(fc.nat({ max: 30 }), text(letters, 64), text(letters, 32)))
  .map(([power, first, second]) => `${3 * 2 ** power}:${first}:${second}`);

/** A change of a digest: the place in the text, how many letters go, and what comes in. */
const anyEdit = fc.tuple(fc.nat({ max: 64 }), fc.nat({ max: 3 }), text(LETTERS, 5));

/** Some digests and descendants of them, at the same, half and double block size, among them equal ones. */
export const anyFamilies = fc
  .array(
    fc.tuple(anyDigest, fc.array(fc.tuple(fc.nat({ max: 3 }), fc.array(anyEdit, { maxLength: 4 })), { maxLength: 8 })),
    {
      maxLength: 6,
    },
  )
  .map((families) =>
    families.flatMap(([digest, changes]) => [digest, ...changes.map((change) => descendant(digest, ...change))]),
  );

type Edit = readonly [at: number, removed: number, added: string];

function descendant(digest: string, kinship: number, edits: readonly Edit[]): string {
  const [size = '', first = '', second = ''] = digest.split(':');
  const [blockSize, changed] = [Number(size), edits.reduce(edited, first)];
  if (kinship === 0) return `${blockSize * 2}:${edits.reduce(edited, second)}:${changed.slice(0, 20)}`;
  if (kinship === 1) return `${Math.max(3, blockSize / 2)}:${second}:${changed}`;
  return `${blockSize}:${changed}:${kinship === 2 ? second : edits.reduce(edited, second)}`;
}

function edited(letters: string, [at, removed, added]: Edit): string {
  return (letters.slice(0, at) + added + letters.slice(at + removed)).slice(0, 64);
}
