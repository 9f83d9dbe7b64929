import { KEY_DIGITS, RULE_APPLICATION } from './enrichment-key.ts';

/** The knowledge of a cookie that has no enrichments but `rule_application`. */
export const NO_KNOWLEDGE = '0'.repeat(KEY_DIGITS);

/** An enrichment's part in the knowledge of its cookie. */
export interface KnowledgePart {
  readonly key: string;
  readonly source: string;
}

/** Digest over enrichments but `rule_application`; their order does not matter. */
export function knowledgeOf(enrichments: Iterable<KnowledgePart>): string {
  const keys = Array.from(enrichments)
    .filter(({ source }) => source !== RULE_APPLICATION)
    .map(({ key }) => key);
  return combineKnowledge(keys);
}

/**
 * The digest over all of what several digests are over. Exclusive or: neither order nor grouping matters, so that
 * appending never needs what was there before.
 */
export function combineKnowledge(digests: Iterable<string>): string {
  let combined = 0n;
  for (const digest of digests) combined ^= BigInt(`0x${digest}`);
  return combined.toString(16).padStart(KEY_DIGITS, '0');
}
