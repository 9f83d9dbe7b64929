import type { Settled } from './cookie-jar.ts';
import { CorruptDocumentError } from './errors.ts';
import { headKnowledge, parseHead } from './head.ts';
import type { JsonObject } from './json.ts';

/** The digest of what a cookie knows whose document cannot be read. */
const UNREADABLE = 'unreadable';

/** How a cookie stands, as its document alone tells. */
export interface Standing {
  readonly knowledge: string;
  readonly settled?: Settled;
  /** The job that settled last; null where none has. */
  readonly lastJob: string | null;
}

/** @returns undefined where there is no such cookie */
export function standingOf(id: string, body: JsonObject | undefined): Standing | undefined {
  if (body === undefined) return undefined;
  try {
    const head = parseHead(id, body);
    const { settled } = head;
    return { knowledge: headKnowledge(head), ...(settled && { settled }), lastJob: settled?.job ?? null };
  } catch (error) {
    if (!(error instanceof CorruptDocumentError)) throw error;
    return { knowledge: UNREADABLE, lastJob: null };
  }
}

/** Whether there is nothing to be done for the cookie, unless somebody asks for it. */
export function isSettled({ knowledge, settled }: Standing): boolean {
  return settled?.knowledge === knowledge;
}
