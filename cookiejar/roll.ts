import { RULE_APPLICATION } from './enrichment-key.ts';
import { type Head, type KeyedEnrichment, enrichmentBody } from './head.ts';
import { type Page, makePage } from './page.ts';

/** When a cookie's older enrichments leave its document for a page. */
export interface RollLimits {
  /** The document holds so many enrichments at most, of so many bytes at most; a page takes half of that. */
  readonly maxEnrichments: number;
  readonly maxBytes: number;
}

/** Kept small because every change of a cookie writes its whole document. */
export const ROLL_LIMITS: RollLimits = { maxEnrichments: 100, maxBytes: 256 * 1024 };

/** A page below a quarter of the limits is not worth a document. */
const MIN_SHARE = 1 / 4;

/**
 * The page that the oldest enrichments should leave for; undefined while the document is small enough. However much
 * newer ones a writer has seen, it is the same page: so those who roll one cookie at once do the same.
 */
export function nextPage(head: Head, limits: RollLimits = ROLL_LIMITS): Page | undefined {
  const bytes = head.enrichments.reduce((sum, enrichment) => sum + sizeOf(enrichment), 0);
  if (head.enrichments.length <= limits.maxEnrichments && bytes <= limits.maxBytes) return undefined;
  const leaving: KeyedEnrichment[] = [];
  let pageBytes = 0;
  for (const enrichment of movable(head)) {
    if (leaving.length >= limits.maxEnrichments / 2 || pageBytes >= limits.maxBytes / 2) break;
    leaving.push(enrichment);
    pageBytes += sizeOf(enrichment);
  }
  const isWorthIt = leaving.length >= limits.maxEnrichments * MIN_SHARE || pageBytes >= limits.maxBytes * MIN_SHARE;
  return isWorthIt ? makePage(head.identifier, head.incarnation, leaving) : undefined;
}

/**
 * The cookie's document once a page of it is stored; undefined where nothing is to be changed: the page is known
 * there already, or some of its enrichments have left with another one.
 */
export function withPage(head: Head, page: Page): Head | undefined {
  if (head.pages.some(({ id }) => id === page.reference.id)) return undefined;
  const staying = head.enrichments.filter(({ key }) => !page.keys.has(key));
  if (staying.length + page.keys.size !== head.enrichments.length) return undefined;
  return { ...head, enrichments: staying, pages: [...head.pages, page.reference] };
}

/** All but the newest of each source, and but what the job under way left. */
function movable({ enrichments, pin }: Head): KeyedEnrichment[] {
  const newest = new Map(enrichments.map((enrichment) => [enrichment.source, enrichment]));
  return enrichments.filter(
    (enrichment) =>
      newest.get(enrichment.source) !== enrichment &&
      !(enrichment.source === RULE_APPLICATION && pin !== undefined && enrichment.metadata['job'] === pin.job),
  );
}

function sizeOf(enrichment: KeyedEnrichment): number {
  return Buffer.byteLength(JSON.stringify(enrichmentBody(enrichment)));
}
