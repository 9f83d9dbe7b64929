import { contentHash } from '../../cookiejar/enrichment-key.ts';
import type { Kind } from './where.ts';

/**
 * Which instants of a cookie are sighted, and in which order they are kept: `first` its oldest matching enrichment,
 * oldest cookie first; `latest` its newest, newest cookie first.
 */
export type SightingOrder = 'first' | 'latest';

/** Raised when sightings are made in another way: then all are made anew. */
const FORMAT = 1;

const LAST_MS = Date.parse('9999-12-31T23:59:59.999Z');
/** Room for all years from 0000 on. */
const INSTANT_DIGITS = 15;
/** Sorts after all hashes of cookies. */
const AFTER_HASHES = 'g';

/** The ids of an index's documents. */
export class SightingIds {
  /** Of the document with the index's state. */
  readonly state: string;
  readonly order: SightingOrder;
  readonly #index: string;

  constructor(kind: Pick<Kind, 'identity'>, order: SightingOrder) {
    this.order = order;
    this.#index = contentHash([FORMAT, order, kind.identity]);
    this.state = `sightings:${this.#index}`;
  }

  /** What ids of one edition's sightings start with; an index that is made anew is of the next edition. */
  sightings(edition: number): string {
    return `sighting:${this.#index}.${edition}:`;
  }

  /** What ids of one edition's notes on cookies start with. */
  notes(edition: number): string {
    return `sighted:${this.#index}.${edition}:`;
  }

  /** The empty document that says: this cookie was sighted then. */
  sighting(edition: number, instant: string, hash: string): string {
    return `${this.sightings(edition)}${this.#key(instant)}:${hash}`;
  }

  /** The document that says when this cookie was sighted. */
  note(edition: number, hash: string): string {
    return this.notes(edition) + hash;
  }

  /** Comes after all sightings of an instant, and before those that follow. */
  after(edition: number, instant: string): string {
    return `${this.sightings(edition)}${this.#key(instant)}:${AFTER_HASHES}`;
  }

  /** Comes before all sightings of an instant, and after those that precede. */
  before(edition: number, instant: string): string {
    return this.sightings(edition) + this.#key(instant);
  }

  /** The instant and the cookie's hash of a sighting. */
  parse(edition: number, id: string): { readonly instant: string; readonly hash: string } {
    const rest = id.slice(this.sightings(edition).length);
    const end = rest.lastIndexOf(':');
    return { instant: this.#instant(rest.slice(0, end)), hash: rest.slice(end + 1) };
  }

  #key(instant: string): string {
    if (this.order === 'first') return instant;
    return String(LAST_MS - Date.parse(instant)).padStart(INSTANT_DIGITS, '0');
  }

  #instant(key: string): string {
    return this.order === 'first' ? key : new Date(LAST_MS - Number(key)).toISOString();
  }
}

/** A cookie's part in ids: identifiers may be long. */
export function cookieHash(identifier: string): string {
  return contentHash(identifier);
}
