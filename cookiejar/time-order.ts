import { canonicalJson } from './canonical-json.ts';
import type { Enrichment } from './enrichment.ts';

/** Orders enrichments by time; those of one instant by their content: source, then metadata. */
export function compareEnrichments(left: Enrichment, right: Enrichment): number {
  return (
    compareTexts(left.timestamp, right.timestamp) ||
    compareTexts(left.source, right.source) ||
    (left.metadata === right.metadata ? 0 : compareTexts(canonicalJson(left.metadata), canonicalJson(right.metadata)))
  );
}

function compareTexts(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
