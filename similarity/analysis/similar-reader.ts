import { z } from 'zod';
import type { Documents } from '../../cookiejar/cookie-jar.ts';
import { type AnalysisState, StateDocument } from './analysis-state.ts';
import { Prefix, familyId, familyOfOrderId, pairId } from './document-ids.ts';
import { type IndexRow, rowOf } from './index-row.ts';
import { type Link, parseLinks } from './links.ts';
import type { Measurements } from '../neighbours/neighbour-engine.ts';
import { refOf } from './refs.ts';
import { prefixOf } from './shard-layout.ts';
import { type Manifest, Versions } from './versions.ts';

/** A cookie that is similar to the one asked about. */
export interface SimilarCookie {
  readonly identifier: string;
  /** By name, from 0 to 100: `ssdeep_similarity`, `attribute_similarity`. */
  readonly measurements: Readonly<Record<string, number>>;
  /** When these were first found: an ISO instant. */
  readonly ts: string;
}

/** Cookies that hang together by being similar, directly or through others. */
export interface Family {
  /** The identifier of the member that names it. */
  readonly name: string;
  readonly size: number;
  /** Some of them, the name first. */
  readonly members: readonly string[];
}

/** Which similar cookies to tell. */
export interface SimilarOptions {
  /** What the best measurement must exceed, from 0 to 100. */
  readonly threshold: number;
  /** How many at most; the analysis keeps no more than it is configured to. */
  readonly limit: number;
}

/** What the analysis tells of a cookie. */
export interface Similar {
  /** The best first. */
  readonly similar: readonly SimilarCookie[];
  readonly family?: Family;
}

const measurementsSchema = z.record(z.string(), z.number());
const pairSchema = z.object({
  cookies: z.tuple([z.string(), z.string()]),
  measurements: measurementsSchema,
  ts: z.string(),
});
const familySchema = z.object({ name: z.string(), size: z.number(), members: z.array(z.string()) });

/** How often a lookup begins again because the index changed under it. */
const MAX_LOOKS = 5;

/** Reads what the similarity analysis has found. */
export class SimilarReader {
  readonly #documents: Documents;
  readonly #versions: Versions;
  readonly #stateDocument: StateDocument;
  #manifest: { readonly turn: number; readonly parts: Manifest } | undefined;

  constructor(documents: Documents) {
    this.#documents = documents;
    this.#versions = new Versions(documents);
    this.#stateDocument = new StateDocument(documents);
  }

  /**
   * The cookies most similar to one. Undefined where the analysis does not know it (yet): because it has not run since the cookie came, or
   * because there is nothing to compare it by.
   */
  async similarTo(identifier: string, { threshold, limit }: SimilarOptions): Promise<Similar | undefined> {
    const row = await this.#row(refOf(identifier));
    if (row === undefined) return undefined;
    const links = parseLinks(row.links)
      .filter(({ measurements }) => best(measurements) > threshold)
      .toSorted((one, other) => best(other.measurements) - best(one.measurements));
    const [similar, family] = await Promise.all([
      this.#similar(identifier, links.slice(0, limit)),
      row.family === undefined ? undefined : this.#families([row.family]),
    ]);
    return { similar, ...(family?.[0] && { family: family[0] }) };
  }

  /** The largest families first, equally large ones by name as far as they are told. */
  async families({ limit, members }: { limit: number; members: number }): Promise<readonly Family[]> {
    const refs: string[] = [];
    if (limit < 1) return [];
    for await (const id of this.#documents.listIds(Prefix.FAMILY_ORDER)) {
      refs.push(familyOfOrderId(id));
      if (refs.length >= limit) break;
    }
    const families = (await this.#families(refs)).toSorted((one, other) => other.size - one.size || byName(one, other));
    return families.map((family) => ({ ...family, members: family.members.slice(0, members) }));
  }

  /** Relationships that are in a list and not in the jar are just being written. */
  async #similar(identifier: string, links: readonly Link[]): Promise<SimilarCookie[]> {
    const own = refOf(identifier);
    const found = await this.#documents.read(links.map(({ ref }) => pairId(own, ref)));
    return links.flatMap(({ ref }) => {
      const pair = pairSchema.safeParse(found.get(pairId(own, ref))).data;
      if (pair === undefined) return [];
      const { cookies, measurements, ts } = pair;
      return [{ identifier: cookies[0] === identifier ? cookies[1] : cookies[0], measurements, ts }];
    });
  }

  async #families(refs: readonly string[]): Promise<Family[]> {
    const found = await this.#documents.read(refs.map(familyId));
    return refs.flatMap((ref) => familySchema.safeParse(found.get(familyId(ref))).data ?? []);
  }

  async #row(ref: string): Promise<IndexRow | undefined> {
    let state = await this.#stateDocument.read();
    for (let looks = 1; state?.index !== undefined; looks += 1) {
      const row = await this.#rowIn(state.index, ref);
      if (row !== undefined || looks === MAX_LOOKS) return row;
      // A part of the index may have been split, or have gone, since the state was read.
      const before = state.index.turn;
      state = await this.#stateDocument.read();
      if (state?.index?.turn === before) return undefined;
    }
    return undefined;
  }

  async #rowIn(version: NonNullable<AnalysisState['index']>, ref: string): Promise<IndexRow | undefined> {
    const parts = await this.#parts(version);
    const prefix = parts && prefixOf(ref, (name) => parts.has(name));
    const slot = prefix === undefined ? undefined : parts?.get(prefix);
    if (prefix === undefined || slot === undefined) return undefined;
    const rows = (await this.#versions.readShards(new Map([[prefix, slot]]))).get(prefix);
    const row = rows?.find(([identifier]) => refOf(identifier) === ref);
    return row && rowOf(row);
  }

  async #parts(version: NonNullable<AnalysisState['index']>): Promise<Manifest | undefined> {
    if (this.#manifest?.turn === version.turn) return this.#manifest.parts;
    const parts = await this.#versions.readManifest(version);
    this.#manifest = parts && { turn: version.turn, parts };
    return parts;
  }
}

function best({ ssdeep_similarity: ssdeep = 0, attribute_similarity: attributes = 0 }: Measurements): number {
  return Math.max(ssdeep, attributes);
}

function byName({ name }: Family, { name: other }: Family): number {
  return name < other ? -1 : 1;
}
