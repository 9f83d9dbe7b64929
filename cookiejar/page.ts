import { z } from 'zod';
import { contentHash } from './enrichment-key.ts';
import { CorruptDocumentError } from './errors.ts';
import { type KeyedEnrichment, type PageReference, enrichmentBody, keyedEnrichmentSchema } from './head.ts';
import type { JsonObject } from './json.ts';
import { knowledgeOf } from './knowledge.ts';

/** Older enrichments of one cookie in a document of their own. It never changes. */
export interface Page {
  readonly reference: PageReference;
  /** The keys of its enrichments. */
  readonly keys: ReadonlySet<string>;
  readonly body: JsonObject;
}

const INCARNATION_DIGITS = 10;

const pageSchema = z.object({ enrichments: z.array(keyedEnrichmentSchema) });

/** Makes a page of enrichments in time order; the same enrichments of one cookie always make the same page. */
export function makePage(identifier: string, incarnation: number, enrichments: readonly KeyedEnrichment[]): Page {
  const content = contentHash(enrichments.map(({ key }) => key));
  return {
    reference: {
      id: `${pagePrefix(identifier)}${String(incarnation).padStart(INCARNATION_DIGITS, '0')}:${content}`,
      count: enrichments.length,
      from: enrichments.at(0)?.timestamp ?? '',
      to: enrichments.at(-1)?.timestamp ?? '',
      knowledge: knowledgeOf(enrichments),
    },
    keys: new Set(enrichments.map(({ key }) => key)),
    body: { identifier, enrichments: enrichments.map(enrichmentBody) },
  };
}

/** What the ids of all pages of one cookie, and of no other, start with. */
export function pagePrefix(identifier: string): string {
  return `page:${contentHash(identifier)}:`;
}

/** The incarnation of the cookie that a page belongs to. */
export function pageIncarnation(identifier: string, pageId: string): number {
  const start = pagePrefix(identifier).length;
  return Number(pageId.slice(start, start + INCARNATION_DIGITS));
}

/** @throws CorruptDocumentError */
export function parsePage(id: string, body: JsonObject): readonly KeyedEnrichment[] {
  const parsed = pageSchema.safeParse(body);
  if (!parsed.success) throw new CorruptDocumentError(id, z.prettifyError(parsed.error));
  return parsed.data.enrichments;
}
