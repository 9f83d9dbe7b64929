import type { DocumentContext, JudgementRecord, RecordedPin } from './cookie-jar.ts';
import type { Enrichment } from './enrichment.ts';
import { RULE_APPLICATION } from './enrichment-key.ts';
import { type Head, type KeyedEnrichment, headBody, headId, headKnowledge, incarnationOf, parseHead } from './head.ts';
import type { JsonObject } from './json.ts';
import { pinOf, sawTooLittle, withJudgement, withNews } from './judgement.ts';
import { NO_KNOWLEDGE } from './knowledge.ts';
import { type LoadedPages, mergeEnrichments, withoutKey } from './merge.ts';

/** What is to be added to one cookie. */
export interface Addition {
  readonly identifier: string;
  readonly enrichments: readonly KeyedEnrichment[];
  /** The incarnation of the cookie that it is meant for; absent: the one found first. */
  readonly incarnation?: number;
  /** Whether a loader brought it, which may be called more than once for the same. */
  readonly loaded?: boolean;
  /** A job's other traces; they never create a cookie. */
  readonly judgement?: Pick<JudgementRecord, 'pin' | 'seen' | 'problems'>;
}

/** What came of an addition. */
export type Added =
  | {
      readonly kind: 'added';
      readonly incarnation: number;
      readonly stored: readonly Enrichment[];
      readonly knowledge: string;
      readonly unsettled: boolean;
      /** Of a judgement: the rulebook version that its job goes by. Another one leaves nothing. */
      readonly pin?: RecordedPin;
      /** The cookie's document after a write; absent where nothing was to be written. */
      readonly head?: Head;
    }
  | { readonly kind: 'needs-pages'; readonly incarnation: number; readonly ids: readonly string[] }
  /** The cookie was deleted since. */
  | { readonly kind: 'gone' };

/** Applies an addition to a cookie's document as it was found. */
export function applyAddition(
  addition: Addition,
  context: DocumentContext,
  pages: LoadedPages,
): { result: Added; write?: JsonObject } {
  const { identifier } = addition;
  const incarnation = incarnationOf(identifier, context);
  // The first attempt may have been stored although its answer was lost: what was deleted then stays deleted.
  const meant = addition.incarnation ?? incarnationOf(identifier, context.first);
  if (incarnation !== meant) return { result: { kind: 'gone' } };
  const head = context.body === undefined ? undefined : parseHead(headId(identifier), context.body);
  if (head === undefined && !addition.enrichments.some(({ source }) => source !== RULE_APPLICATION)) {
    return { result: { kind: 'added', incarnation, stored: [], knowledge: NO_KNOWLEDGE, unsettled: false } };
  }
  return addTo(head ?? { identifier, incarnation, enrichments: [], pages: [], problems: [] }, addition, pages);
}

function addTo(head: Head, addition: Addition, pages: LoadedPages): { result: Added; write?: JsonObject } {
  const pin = addition.judgement && (pinOf(head, addition.judgement.pin.job) ?? addition.judgement.pin);
  if (pin?.rulebook !== addition.judgement?.pin.rulebook)
    return { result: { ...unchanged(head), ...(pin && { pin }) } };
  if (pin && addition.judgement && sawTooLittle(head, addition.judgement))
    return { result: { ...unchanged(head), pin: { ...pin, lookAgain: true } } };
  const merged = mergeEnrichments(head, addition.enrichments, pages, addition);
  const { incarnation } = head;
  if (merged.kind === 'needs-pages') return { result: { ...merged, incarnation } };
  const { added, enrichments } = merged;
  const judged = addition.judgement ? withJudgement(head, addition.judgement, enrichments) : withNews(head, added);
  const changed = added.length > 0 ? { ...judged, enrichments } : judged;
  const result = { ...unchanged(changed), stored: added.map(withoutKey), ...(pin && { pin }) };
  return changed === head ? { result } : { result: { ...result, head: changed }, write: headBody(changed) };
}

/** What came of an addition that brought nothing. */
function unchanged(head: Head): Extract<Added, { kind: 'added' }> {
  const knowledge = headKnowledge(head);
  const unsettled = head.settled?.knowledge !== knowledge;
  return { kind: 'added', incarnation: head.incarnation, stored: [], knowledge, unsettled };
}
