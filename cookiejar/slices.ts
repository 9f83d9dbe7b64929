import { type KeyedEnrichment, enrichmentBody } from './head.ts';

/** So many enrichments at most are added with one write, of so many bytes together unless one alone has more. */
const MAX_ENRICHMENTS = 200;
const MAX_BYTES = 1024 * 1024;

/** Cuts a long list for one cookie, so that its document stays small enough for the store all the while. */
export function slicesOf(enrichments: readonly KeyedEnrichment[]): KeyedEnrichment[][] {
  const slices: KeyedEnrichment[][] = [];
  let bytes = 0;
  for (const enrichment of enrichments) {
    const size = Buffer.byteLength(JSON.stringify(enrichmentBody(enrichment)));
    const slice = slices.at(-1);
    if (slice && slice.length < MAX_ENRICHMENTS && bytes + size <= MAX_BYTES) {
      slice.push(enrichment);
      bytes += size;
    } else {
      slices.push([enrichment]);
      bytes = size;
    }
  }
  return slices;
}
