import { NoRulebookError } from '../rulebook/errors.ts';
import type { RulebookStore } from '../rulebook/versions/rulebook-store.ts';

/** Asks the jar which rulebook is in force, so that every worker sees a change as soon as it is made. */
export function currentRulebook(rulebooks: RulebookStore): () => Promise<string> {
  return async () => {
    const current = await rulebooks.current();
    if (current === undefined) throw new NoRulebookError();
    return current.hash;
  };
}
