import type { Cookie } from 'cookie-monster';
import { isListed, valuesOf } from './irods-object.ts';

/**
 * Whether everything that the other rules ask about is known. Rules run again with every piece of knowledge, from the
 * first one on; what cannot be taken back must not be done before the last: that is manual QC.
 */
export function isDecided(cookie: Cookie): boolean {
  return isListed(cookie) && valuesOf(cookie, 'manual_qc').length > 0;
}

/** Whether a rule was applied to the cookie before, in this job or an earlier one. */
export function wasApplied(rule: string, { enrichments }: Cookie): boolean {
  return enrichments.fromSource('rule_application').some(({ metadata }) => metadata['rule_id'] === rule);
}
