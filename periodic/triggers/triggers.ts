import type { Logger } from 'pino';
import type { WorkerJar } from '../worker-jar.ts';
import { type Duration, durationMs, durationText } from './duration.ts';
import { InvalidTriggerError } from './errors.ts';
import { type Mark, type TriggerState, leaveMarks, readMark, recordTrigger } from './report.ts';
import { SightingIndex } from './sighting-index.ts';
import type { SightingOrder } from './sighting-ids.ts';
import { type Kind, type Where, kindOf } from './where.ts';

/** What triggers know of the run that asks them. */
export interface TriggersContext {
  /** Class name. */
  readonly worker: string;
  readonly jar: WorkerJar;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** When the run was due. */
  readonly startedAt: Date;
  /** Says that the run is alive. */
  readonly beat: () => void;
}

/** While the jar is away the run waits, and is alive. */
const BEAT_MS = 5000;
const SECOND_MS = 1000;
/** Runs do not begin to the millisecond: one that is due every hour is not to be passed over because it was quick. */
const UNPUNCTUAL_MS = 1000;
const UNPUNCTUAL_SHARE = 2 / 100;

/** The triggers of one run of a worker. */
export class Triggers {
  readonly #context: TriggersContext;
  /** What this run leaves for the next one, by trigger. */
  #marks = new Map<string, Mark>();
  #busy: Promise<unknown> = Promise.resolve();

  constructor(context: TriggersContext) {
    this.#context = context;
  }

  /** See `PeriodicWorker`. */
  async cookiesAddedSince(n: number, where: Where, duration: Duration): Promise<boolean> {
    if (!Number.isSafeInteger(n) || n < 1)
      throw new InvalidTriggerError('number of cookies', n, 'a whole number from 1 on');
    const kind = kindOf(where);
    const ms = durationMs(duration);
    const have = await this.#inTurn(() => this.#index(kind, 'first').count(this.#context.startedAt, ms));
    return this.#answer(`cookiesAddedSince(${n}, ${kind.name}, ${durationText(ms)})`, have, n);
  }

  /** See `PeriodicWorker`. */
  async cookiesQuietFor(where: Where, duration: Duration): Promise<boolean> {
    const kind = kindOf(where);
    const ms = durationMs(duration);
    const { startedAt } = this.#context;
    const newest = await this.#inTurn(() => this.#index(kind, 'latest').newest(startedAt, ms));
    const quietMs = newest === undefined ? ms : Math.max(0, startedAt.getTime() - Date.parse(newest));
    return this.#answer(`cookiesQuietFor(${kind.name}, ${durationText(ms)})`, quietMs / SECOND_MS, ms / SECOND_MS);
  }

  /** See `PeriodicWorker`. */
  async atMostEvery(duration: Duration): Promise<boolean> {
    const ms = durationMs(duration);
    const { startedAt, jar, worker } = this.#context;
    const trigger = `atMostEvery(${durationText(ms)})`;
    const last = await readMark(jar.documents, worker, trigger);
    const sinceMs = last === undefined ? ms : Math.max(0, startedAt.getTime() - Date.parse(last.at));
    const isNearly = ms - sinceMs <= Math.min(UNPUNCTUAL_MS, ms * UNPUNCTUAL_SHARE);
    const have = (isNearly ? Math.max(sinceMs, ms) : sinceMs) / SECOND_MS;
    return this.#passing(trigger, have, ms / SECOND_MS);
  }

  /** See `PeriodicWorker`. */
  async grownBy(percent: number, where: Where): Promise<boolean> {
    if (!(percent > 0 && percent < Infinity)) throw new InvalidTriggerError('percent', percent, 'a number above 0');
    const kind = kindOf(where);
    const { startedAt, jar, worker } = this.#context;
    const trigger = `grownBy(${percent}, ${kind.name})`;
    const last = await readMark(jar.documents, worker, trigger);
    const have = await this.#inTurn(() => this.#index(kind, 'first').count(startedAt));
    return this.#passing(trigger, have, grown(last?.have ?? 0, percent));
  }

  /** See `PeriodicWorker`. */
  async allOf(asks: readonly (() => Promise<boolean>)[]): Promise<boolean> {
    const before = new Map(this.#marks);
    for (const ask of asks) {
      if (await ask()) continue;
      this.#marks = before;
      return false;
    }
    return true;
  }

  /** The run has succeeded: what looks back to the last run looks back to this one from now on. */
  async finished(): Promise<void> {
    const { jar, worker } = this.#context;
    if (this.#marks.size > 0) await leaveMarks(jar.documents, worker, this.#marks);
    this.#marks.clear();
  }

  /** An answer that the next run depends on, once this one has succeeded. */
  async #passing(trigger: string, have: number, need: number): Promise<boolean> {
    const met = await this.#answer(trigger, have, need);
    if (met) this.#marks.set(trigger, { at: this.#context.startedAt.toISOString(), have });
    return met;
  }

  async #answer(trigger: string, have: number, need: number): Promise<boolean> {
    const { jar, worker, logger } = this.#context;
    const state: TriggerState = { trigger, have, need, met: have >= need, at: new Date().toISOString() };
    await recordTrigger(jar.documents, worker, state);
    const { met } = state;
    logger.info({ trigger, have, need, met }, `${have} of ${need}: ${trigger}`);
    return met;
  }

  #index(kind: Kind, order: SightingOrder): SightingIndex {
    const { worker, jar, signal, startedAt, beat } = this.#context;
    const run = `${worker} ${startedAt.toISOString()}`;
    return new SightingIndex(kind, order, { documents: jar.documents, jar, signal, beat, run });
  }

  /** One after the other, so that a run does not wait for itself. */
  async #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const before = this.#busy;
    const acting = (async () => {
      await before;
      const beats = setInterval(this.#context.beat, BEAT_MS);
      return act().finally(() => clearInterval(beats));
    })();
    this.#busy = acting.catch(() => undefined);
    return acting;
  }
}

/** How many there must be after growth by `percent`. */
function grown(base: number, percent: number): number {
  // Fractions of a hundred have no exact numbers: 100 grown by 10 is 110, not 111.
  return Math.max(1, Math.ceil(Number(((base * (100 + percent)) / 100).toPrecision(12))));
}
