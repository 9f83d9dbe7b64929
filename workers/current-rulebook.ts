import type { RulebookStore } from '../rulebook/versions/rulebook-store.ts';

/** Thrown while there is no rulebook to judge by: jobs wait for one. */
class NoRulebookError extends Error {
  override readonly name = 'NoRulebookError';

  constructor() {
    super('no rulebook is in force: no worker has found a usable rules folder so far');
  }
}

/** Asks the jar which rulebook is in force, so that every worker sees a change as soon as it is made. */
export function currentRulebook(rulebooks: RulebookStore): () => Promise<string> {
  return async () => {
    const current = await rulebooks.current();
    if (current === undefined) throw new NoRulebookError();
    return current.hash;
  };
}
