import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Documents } from '../../cookiejar/cookie-jar.ts';
import { RunSupersededError, TurnLostError } from './errors.ts';
import { type IndexState, later, nextEdition, parseState, stateBody, uncounted } from './index-state.ts';

/** What an index is needed for. */
export interface IndexNeed {
  /** Which cookies these are, for people. */
  readonly of: string;
  /** When the run was due, as ISO instant. */
  readonly at: string;
  /** Sightings after this instant are looked at. */
  readonly from: string;
  /** Sightings are to be kept from here on, where the index is made anew for this. */
  readonly keepFrom: string;
}

/** Who wants its turn. */
export interface TurnParts {
  readonly documents: Documents;
  readonly signal: AbortSignal;
  /** Says that the run is alive. */
  readonly beat: () => void;
  /** The same for all repetitions of a run. */
  readonly run: string;
}

/** How often somebody who waits looks whether it is its turn. */
const LOOK_MS = 100;
/** One who has its turn is heard of so often, unless the jar is away. */
const HEAR_MS = 10_000;
/** One not heard of for so long is taken for dead. Clocks of machines differ by less. */
const SILENCE_MS = 120_000;
/** How long a run that must stop takes to give back its turn. */
const STOP_MS = 2000;

interface Taken {
  readonly state: IndexState;
  readonly counted: IndexState['windows'];
}

/**
 * The right to change one index. One run has it at a time, others wait: so what was counted needs not be counted again.
 * Sightings themselves bear it if two think that it is their turn.
 */
export class IndexTurn {
  /** What was counted before, as far as it can be relied on. */
  readonly counted: IndexState['windows'];
  readonly #parts: TurnParts;
  readonly #id: string;
  readonly #token: string;
  #state: IndexState;
  #heard = Date.now();

  private constructor(parts: TurnParts, id: string, token: string, taken: Taken) {
    this.#parts = parts;
    this.#id = id;
    this.#token = token;
    this.#state = taken.state;
    this.counted = taken.counted;
  }

  /** Waits for its turn. @throws the signal's reason */
  static async take(parts: TurnParts, id: string, need: IndexNeed): Promise<IndexTurn> {
    const { documents, signal, beat, run } = parts;
    const token = randomUUID();
    for (;;) {
      signal.throwIfAborted();
      const taken = await documents.update<Taken | undefined>(id, (body) => {
        const known = parseState(body);
        if (known?.turn && known.turn.run !== run && !isSilent(known.turn.heard)) return { result: undefined };
        const result = takeOver(known, need, { token, run });
        return { result, write: stateBody(result.state) };
      });
      if (taken !== undefined) return new IndexTurn(parts, id, token, taken);
      beat();
      await sleep(LOOK_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }

  /** The index's state as it was written last. */
  get state(): IndexState {
    return this.#state;
  }

  /** @throws TurnLostError, RunSupersededError */
  async change(change: (state: IndexState) => IndexState): Promise<void> {
    this.#heard = Date.now();
    const heard = new Date(this.#heard).toISOString();
    this.#state = await this.#update((state) => {
      const changed = change(state);
      return changed.turn ? { ...changed, turn: { ...changed.turn, heard } } : changed;
    });
  }

  /** Says now and then that it is still at work. @throws TurnLostError, RunSupersededError */
  async hear(): Promise<void> {
    if (Date.now() - this.#heard > HEAR_MS) await this.change((state) => state);
  }

  /** Ends it with a last change. @throws TurnLostError, RunSupersededError */
  async end(change: (state: IndexState) => IndexState): Promise<void> {
    await this.change((state) => {
      const { turn: _, ...rest } = change(state);
      return rest;
    });
  }

  /** Ends it after a failure, without holding that up for long. */
  async abandon(): Promise<void> {
    const { documents, signal } = this.#parts;
    const abandoned = documents.update(this.#id, (body) => {
      const state = parseState(body);
      if (state?.turn?.token !== this.#token) return { result: undefined };
      const { turn: _, ...rest } = state;
      return { result: undefined, write: stateBody(rest) };
    });
    // Those who wait would find out by the silence.
    const given = abandoned.catch(() => undefined);
    await (signal.aborted ? Promise.race([given, sleep(STOP_MS, undefined, { ref: false })]) : given);
  }

  async #update(change: (state: IndexState) => IndexState): Promise<IndexState> {
    const { documents, run } = this.#parts;
    return documents.update<IndexState>(this.#id, (body) => {
      const state = parseState(body);
      if (state?.turn?.token !== this.#token) {
        throw state?.turn?.run === run ? new RunSupersededError(run) : new TurnLostError(this.#id);
      }
      const changed = change(state);
      return { result: changed, write: stateBody(changed) };
    });
  }
}

function isSilent(heard: string): boolean {
  return Date.now() - Date.parse(heard) > SILENCE_MS;
}

function takeOver(known: IndexState | undefined, need: IndexNeed, turn: { token: string; run: string }): Taken {
  const { of, at, from, keepFrom } = need;
  const current = known ?? { of, edition: 0, swept: 0, keptFrom: keepFrom, asked: at, windows: {} };
  const state = current.keptFrom > from ? nextEdition(current, keepFrom) : current;
  return {
    counted: state.windows,
    state: {
      ...state,
      asked: later(state.asked, at),
      // Nothing that was counted stays in the document meanwhile: after a crash it would be wrong.
      windows: uncounted(state.windows),
      turn: { ...turn, heard: new Date().toISOString() },
    },
  };
}
