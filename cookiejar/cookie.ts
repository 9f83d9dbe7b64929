import type { Enrichment } from './enrichment.ts';
import { EnrichmentCollection } from './enrichment-collection.ts';
import { checkIdentifier } from './identifier.ts';

/** A cookie as plain data, to cross a thread or a network. */
export interface CookieJson {
  readonly identifier: string;
  readonly enrichments: readonly Enrichment[];
}

/** Everything known about one data object. A copy: nobody can change it, nor the jar through it. */
export class Cookie {
  readonly identifier: string;
  readonly enrichments: EnrichmentCollection;

  /** @throws InvalidIdentifierError */
  constructor(identifier: string, enrichments: Iterable<Enrichment> = []) {
    this.identifier = checkIdentifier(identifier);
    this.enrichments = new EnrichmentCollection(enrichments);
    Object.freeze(this);
  }

  /** The cookie that {@link Cookie.toJSON} wrote. @throws InvalidIdentifierError */
  static from(json: CookieJson): Cookie {
    return new Cookie(json.identifier, json.enrichments);
  }

  /** The identifier under its other name. */
  get path(): string {
    return this.identifier;
  }

  toJSON(): CookieJson {
    return { identifier: this.identifier, enrichments: [...this.enrichments] };
  }
}
