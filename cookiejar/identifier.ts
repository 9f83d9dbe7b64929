import { InvalidIdentifierError } from './errors.ts';

/** The longest identifier, in bytes of UTF-8. */
const MAX_IDENTIFIER_BYTES = 4096;

const FIRST_SURROGATE = 0xd800;
const LAST_SURROGATE = 0xdfff;
const LAST_CODE_POINT = 0x10ffff;

/** Whether a text has no half of a surrogate pair without its other half. */
export function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}

/**
 * The value itself, if it can identify a cookie; it is never normalised.
 * @throws InvalidIdentifierError otherwise
 */
export function checkIdentifier(value: unknown): string {
  if (typeof value !== 'string') throw new InvalidIdentifierError(`found ${describe(value)}`);
  if (value === '') throw new InvalidIdentifierError('it is empty');
  checkPrefix(value);
  return value;
}

/** Whether a text can identify a cookie. */
export function isIdentifier(text: string): boolean {
  try {
    checkIdentifier(text);
    return true;
  } catch (error) {
    if (error instanceof InvalidIdentifierError) return false;
    throw error;
  }
}

/**
 * The value itself, if identifiers can start with it; the empty text is a prefix of all.
 * @throws InvalidIdentifierError otherwise
 */
export function checkPrefix(value: string): string {
  if (!isWellFormed(value)) throw new InvalidIdentifierError('it has half a surrogate pair');
  const bytes = Buffer.byteLength(value);
  if (bytes > MAX_IDENTIFIER_BYTES) throw new InvalidIdentifierError(`it has ${bytes} bytes`);
  return value;
}

/**
 * The first text in code point order that sorts after every text starting with `prefix`: the exclusive end of its
 * range. Undefined where there is none: for the empty prefix and one of nothing but the last code point.
 */
export function prefixSuccessor(prefix: string): string | undefined {
  const points = Array.from(prefix, (character) => character.codePointAt(0) ?? 0);
  while (points.at(-1) === LAST_CODE_POINT) points.pop();
  const last = points.pop();
  return last === undefined ? undefined : String.fromCodePoint(...points, nextCodePoint(last));
}

/** Compares by code points, as CouchDB sorts ids; JavaScript's `<` compares UTF-16 units. */
export function compareCodePoints(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}

function nextCodePoint(point: number): number {
  return point + 1 === FIRST_SURROGATE ? LAST_SURROGATE + 1 : point + 1;
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`;
}
