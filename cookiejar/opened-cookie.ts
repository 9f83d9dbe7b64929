import type { OpenedCookie } from './cookie-jar.ts';
import { Cookie } from './cookie.ts';
import { type Head, type KeyedEnrichment, headKnowledge } from './head.ts';
import { asPin } from './judgement.ts';
import { NO_KNOWLEDGE } from './knowledge.ts';
import { withoutKey } from './merge.ts';

/** A cookie's document and all of its enrichments, those on pages too. */
export interface WholeCookie {
  /** Absent where there is no such cookie. */
  readonly head: Head | undefined;
  readonly incarnation: number;
  readonly enrichments: readonly KeyedEnrichment[];
}

/** A cookie for whoever judges it. */
export function openedCookie(identifier: string, { head, incarnation, enrichments }: WholeCookie): OpenedCookie {
  const basis = String(incarnation);
  const cookie = new Cookie(identifier, enrichments.map(withoutKey));
  const seen = new Set(enrichments.map(({ key }) => key));
  if (head === undefined) return { cookie, known: false, basis, knowledge: NO_KNOWLEDGE, seen };
  const { settled, pin } = head;
  return {
    cookie,
    known: true,
    basis,
    knowledge: headKnowledge(head),
    seen,
    ...(settled && { settled }),
    ...(pin && { pin: asPin(pin) }),
    ...(pin?.since?.length && { asJudged: without(pin.since, identifier, enrichments) }),
  };
}

function without(since: readonly string[], identifier: string, enrichments: readonly KeyedEnrichment[]): Cookie {
  const later = new Set(since);
  return new Cookie(identifier, enrichments.filter(({ key }) => !later.has(key)).map(withoutKey));
}
