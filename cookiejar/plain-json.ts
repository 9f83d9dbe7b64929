import { InvalidEnrichmentError } from './errors.ts';
import { isWellFormed } from './identifier.ts';
import type { JsonObject, JsonValue } from './json.ts';

/** How deep objects and arrays may lie in each other. */
export const MAX_JSON_DEPTH = 100;

/**
 * A copy of a value that is nothing but JSON. Members that are `undefined` are left out, as `JSON.stringify` does.
 * @param place names the value in errors
 * @param maxBytes what has certainly more bytes of JSON is refused before it is copied whole
 * @throws InvalidEnrichmentError for what JSON cannot say, keys named `__proto__` and text that is not well-formed
 */
export function plainJson(value: unknown, place: string, maxBytes = Infinity): JsonValue {
  return new Copying(place, maxBytes).value(value, place, 0);
}

/**
 * Like {@link plainJson}, for a value that must be an object.
 * @throws InvalidEnrichmentError likewise
 */
export function plainJsonObject(value: unknown, place: string, maxBytes = Infinity): JsonObject {
  if (!isPlainObject(value)) throw new InvalidEnrichmentError(place, `must be a JSON object, found ${nameOf(value)}`);
  return new Copying(place, maxBytes).object(value, place, 0);
}

/** Whether a value is an object with members rather than an array, a Date, a Map …; of any realm. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** One copy being made. */
class Copying {
  readonly #place: string;
  readonly #maxBytes: number;
  /** No more than the JSON so far has: the same list a million times over must not be copied a million times. */
  #bytes = 0;

  constructor(place: string, maxBytes: number) {
    this.#place = place;
    this.#maxBytes = maxBytes;
  }

  value(value: unknown, place: string, depth: number): JsonValue {
    if (depth > MAX_JSON_DEPTH) throw new InvalidEnrichmentError(place, `lies deeper than ${MAX_JSON_DEPTH} levels`);
    this.#count(typeof value === 'string' ? value.length + 2 : 1);
    if (value === null || typeof value === 'boolean') return value;
    if (typeof value === 'string') return wellFormed(value, place);
    if (typeof value === 'number') return finite(value, place);
    if (Array.isArray(value)) {
      // Not map(): it would pass over the holes of a sparse array.
      return Array.from(value, (item: unknown, index) => this.value(item, `${place}[${index}]`, depth + 1));
    }
    if (isPlainObject(value)) return this.object(value, place, depth);
    throw new InvalidEnrichmentError(place, `is ${nameOf(value)}, which JSON cannot say`);
  }

  object(value: Record<string, unknown>, place: string, depth: number): JsonObject {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    return Object.fromEntries(
      members.map(([key, member]) => {
        this.#count(key.length + 3);
        return [checkKey(key, place), this.value(member, `${place}.${key}`, depth + 1)];
      }),
    );
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes <= this.#maxBytes) return;
    throw new InvalidEnrichmentError(this.#place, `has more bytes of JSON than the ${this.#maxBytes} allowed`);
  }
}

function checkKey(key: string, place: string): string {
  if (key === '__proto__') throw new InvalidEnrichmentError(place, 'has a key named __proto__');
  return wellFormed(key, `${place}: the key ${JSON.stringify(key)}`);
}

function wellFormed(text: string, place: string): string {
  if (isWellFormed(text)) return text;
  throw new InvalidEnrichmentError(place, 'is not well-formed Unicode: it has half a surrogate pair');
}

function finite(value: number, place: string): number {
  if (Number.isFinite(value)) return value === 0 ? 0 : value;
  throw new InvalidEnrichmentError(place, `is ${value}, which JSON cannot say`);
}

function nameOf(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value !== 'object') return value === undefined ? 'undefined' : `a ${typeof value}`;
  return Array.isArray(value) ? 'an array' : `an instance of ${value.constructor?.name ?? 'a class'}`;
}
