import { z } from 'zod';
import type { Documents } from '../../cookiejar/cookie-jar.ts';
import { CorruptDocumentError } from '../../cookiejar/errors.ts';
import type { JsonObject } from '../../cookiejar/json.ts';
import { STATE_ID } from './document-ids.ts';
import { OvertakenError } from './errors.ts';

const totalsSchema = z.object({ cookies: z.number(), families: z.number(), largest_family: z.number() });

const stateSchema = z.object({
  turn: z.number(),
  run: z.string(),
  index: z.object({ turn: z.number(), slot: z.enum(['a', 'b']) }).exactOptional(),
  position: z.string().exactOptional(),
  departures: z.boolean(),
  facts: z.string(),
  results: z.string(),
  todo: z.object({ turn: z.number(), documents: z.number() }).exactOptional(),
  totals: totalsSchema,
});

/** How much the analysis knows. */
export type AnalysisTotals = z.output<typeof totalsSchema>;

/**
 * Where the analysis has got to.
 *
 * - `turn`: number of the last turn taken. Every round of changes takes one; only the newest may commit, and what a turn writes is never
 *   written over by an earlier one.
 * - `run`: of whoever took it, a name that nobody else has.
 * - `index`: the version of the index in force, and the turn that wrote it.
 * - `position`: how much of the jar's change feed is in it.
 * - `departures`: whether a cookie has ever left the index, so that one that comes may have been there before.
 * - `facts`, `results`: digests of the configuration that it was made with.
 * - `todo`: changes of relationships that belong to the index in force and are not all made yet.
 */
export type AnalysisState = z.output<typeof stateSchema>;

/** The one document that says which version of the index is in force. All changes of it are compare-and-set. */
export class StateDocument {
  readonly #documents: Documents;

  constructor(documents: Documents) {
    this.#documents = documents;
  }

  /** @throws CorruptDocumentError */
  async read(): Promise<AnalysisState | undefined> {
    const body = (await this.#documents.read([STATE_ID])).get(STATE_ID);
    return body && parseState(body);
  }

  /** Whether there is none, though there was one once. */
  async isLost(): Promise<boolean> {
    return this.#documents.update(STATE_ID, (found, { deletedAt }) => ({
      result: found === undefined && deletedAt !== undefined,
    }));
  }

  /**
   * Puts a state in the place of the one that was found, and of no other; so whoever began a turn is noticed, and whoever is noticed
   * writes no more.
   * @throws OvertakenError if there is another state now
   */
  async replace(found: AnalysisState | undefined, state: AnalysisState): Promise<void> {
    const expected = found && JSON.stringify(stateBody(found));
    await this.#change(state, (current) => (current && JSON.stringify(stateBody(current))) === expected);
  }

  /**
   * Puts a state in force.
   * @throws OvertakenError if it is no longer this turn
   */
  async write(state: AnalysisState): Promise<void> {
    await this.#change(state, (current) => current?.turn === state.turn && current.run === state.run);
  }

  async #change(state: AnalysisState, mayReplace: (current: AnalysisState | undefined) => boolean): Promise<void> {
    const body = stateBody(state);
    const done = await this.#documents.update(STATE_ID, (found) => {
      const current = found && parseState(found);
      // Stored already, and only the answer was lost.
      if (current && JSON.stringify(stateBody(current)) === JSON.stringify(body)) return { result: true };
      return mayReplace(current) ? { result: true, write: body } : { result: false };
    });
    if (!done) throw new OvertakenError(state.turn);
  }
}

function parseState(body: JsonObject): AnalysisState {
  const parsed = stateSchema.safeParse(body);
  if (!parsed.success) throw new CorruptDocumentError(STATE_ID, z.prettifyError(parsed.error));
  return parsed.data;
}

function stateBody({
  turn,
  run,
  index,
  position,
  departures,
  facts,
  results,
  todo,
  totals,
}: AnalysisState): JsonObject {
  return {
    turn,
    run,
    ...(index && { index }),
    ...(position !== undefined && { position }),
    departures,
    facts,
    results,
    ...(todo && { todo }),
    totals,
  };
}
