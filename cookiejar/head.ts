import { z } from 'zod';
import type { FoundDocument, Pin, Problem, Settled } from './cookie-jar.ts';
import type { Enrichment } from './enrichment.ts';
import { CorruptDocumentError } from './errors.ts';
import type { JsonObject } from './json.ts';
import { combineKnowledge, knowledgeOf } from './knowledge.ts';
import { isPlainObject } from './plain-json.ts';

/** What ids of cookies' documents start with. */
export const COOKIE_PREFIX = 'cookie:';

/** An enrichment with its content-made key. */
export interface KeyedEnrichment extends Enrichment {
  readonly key: string;
}

/** What a cookie's document knows of one page of its older enrichments. */
export interface PageReference {
  /** The page document's id. */
  readonly id: string;
  readonly count: number;
  /** Timestamps of its oldest and newest enrichment. */
  readonly from: string;
  readonly to: string;
  /** Its part in the cookie's knowledge. */
  readonly knowledge: string;
}

/** A pin, and what came after the last judgement of its job had looked. */
export interface HeadPin extends Pin {
  /**
   * Keys of enrichments, those that the judgement left among them. Absent where there is none, and once the cookie is
   * settled; also where there would be more than {@link MAX_SINCE}: then nobody knows any more what it saw.
   */
  readonly since?: readonly string[];
}

/** So many enrichments are told from those that a judgement saw: kept small, since every change writes them. */
export const MAX_SINCE = 200;

/** A cookie's document: the whole of a young cookie; of an old one what is newest, and where the rest is. */
export interface Head {
  readonly identifier: string;
  /**
   * 0 for a cookie that was never deleted; one made again after a deletion has the number of revisions that there were
   * up to the deletion. So it differs, and grows, whenever the cookie was deleted in between.
   */
  readonly incarnation: number;
  /** In time order; the newest of each source is always here. */
  readonly enrichments: readonly KeyedEnrichment[];
  readonly pages: readonly PageReference[];
  readonly settled?: Settled;
  readonly pin?: HeadPin;
  readonly problems: readonly Problem[];
}

/** Schema of an enrichment in a document. */
export const keyedEnrichmentSchema = z.object({
  key: z.string().regex(/^[0-9a-f]+$/),
  source: z.string(),
  timestamp: z.string(),
  metadata: z.custom<JsonObject>(isPlainObject, 'must be an object'),
});

const pageReferenceSchema = z.object({
  id: z.string(),
  count: z.number(),
  from: z.string(),
  to: z.string(),
  knowledge: z.string().regex(/^[0-9a-f]+$/),
});

const problemSchema = z.object({
  kind: z.enum(['rule', 'loader', 'receiver']),
  id: z.string(),
  file: z.string(),
  message: z.string(),
  job: z.string(),
  at: z.string(),
});

const headSchema = z.object({
  identifier: z.string(),
  incarnation: z.number().default(0),
  enrichments: z.array(keyedEnrichmentSchema),
  pages: z.array(pageReferenceSchema).default([]),
  settled: z
    .object({
      knowledge: z.string(),
      rulebook: z.string(),
      job: z.string(),
      at: z.string(),
      failed: z.string().exactOptional(),
    })
    .exactOptional(),
  pin: z
    .object({
      job: z.string(),
      rulebook: z.string(),
      round: z.number().exactOptional(),
      since: z.array(z.string()).exactOptional(),
    })
    .exactOptional(),
  problems: z.array(problemSchema).default([]),
});

/** The id of a cookie's document. */
export function headId(identifier: string): string {
  return COOKIE_PREFIX + identifier;
}

/** @throws CorruptDocumentError */
export function parseHead(id: string, body: JsonObject): Head {
  const parsed = headSchema.safeParse(body);
  if (!parsed.success) throw new CorruptDocumentError(id, z.prettifyError(parsed.error));
  return parsed.data;
}

/** The body of a cookie's document, in the order in which a person reads it. */
export function headBody(head: Head): JsonObject {
  const { identifier, incarnation, enrichments, pages, settled, pin, problems } = head;
  return {
    identifier,
    enrichments: enrichments.map(enrichmentBody),
    ...(pages.length > 0 && { pages: pages.map((page) => ({ ...page })) }),
    ...(settled && { settled: { ...settled } }),
    ...(pin && { pin: { ...pin } }),
    ...(problems.length > 0 && { problems: problems.map((problem) => ({ ...problem })) }),
    ...(incarnation > 0 && { incarnation }),
  };
}

/** An enrichment as it stands in a document. */
export function enrichmentBody({ source, timestamp, metadata, key }: KeyedEnrichment): JsonObject {
  return { source, timestamp, metadata, key };
}

/** The digest over everything the cookie knows. */
export function headKnowledge({ enrichments, pages }: Pick<Head, 'enrichments' | 'pages'>): string {
  return combineKnowledge([knowledgeOf(enrichments), ...pages.map(({ knowledge }) => knowledge)]);
}

/** Which incarnation a document found is of, or one made there now would be of. */
export function incarnationOf(identifier: string, found: FoundDocument): number {
  if (found.body === undefined) return found.deletedAt ?? 0;
  return parseHead(headId(identifier), found.body).incarnation;
}
