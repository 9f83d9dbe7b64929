/**
 * PouchDB compares ids by UTF-16 units, LevelDB sorts them by bytes of UTF-8, and the two disagree about characters
 * beyond U+FFFF. So from here on characters are stored as six hexadecimal digits behind this one: then both orders are
 * that of the code points, as in CouchDB.
 */
const ESCAPE = '\uD7FF';

const ESCAPED = new RegExp(`${ESCAPE}([0-9a-f]{6})`, 'gu');
const TO_ESCAPE = new RegExp(`[${ESCAPE}\u{E000}-\u{10FFFF}]`, 'gu');

/** The id under which PouchDB stores a document. */
export function toStoredId(id: string): string {
  return id.replace(TO_ESCAPE, (character) => ESCAPE + (character.codePointAt(0) ?? 0).toString(16).padStart(6, '0'));
}

/** The id that {@link toStoredId} was given. */
export function fromStoredId(stored: string): string {
  return stored.includes(ESCAPE)
    ? stored.replace(ESCAPED, (_, digits: string) => String.fromCodePoint(Number.parseInt(digits, 16)))
    : stored;
}
