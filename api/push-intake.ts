import type { CookieJar, CookieUpdate, EnrichOutcome } from '../cookiejar/cookie-jar.ts';
import { WakeKind } from '../workflows/messages.ts';
import { UnavailableError } from './errors.ts';
import { FEW_COOKIES, type PushLimits } from './push-limits.ts';
import type { WakeDesk } from './wake-desk.ts';

/** So many are stored at a time, then woken, so that little is known to the jar only when a push is broken off. */
const SLICE = 500;

/** A push that was not taken whole may come again at once: its beginning costs next to nothing then. */
const RETRY_AFTER_S = 5;

/** Stores pushed enrichments and wakes their cookies, no faster than cookies are processed. */
export class PushIntake {
  readonly #jar: Pick<CookieJar, 'enrich'>;
  readonly #desk: WakeDesk;
  readonly #limits: PushLimits;

  constructor(jar: Pick<CookieJar, 'enrich'>, desk: WakeDesk, limits: PushLimits) {
    this.#jar = jar;
    this.#desk = desk;
    this.#limits = limits;
  }

  /**
   * Answers only once all are woken: whoever gets no answer pushes again, and wakes what was not woken.
   * @param signal - ends the waiting, and what was not begun
   * @throws UnavailableError where not all could be stored and woken; it says how many were
   */
  async take(updates: readonly CookieUpdate[], signal: AbortSignal): Promise<EnrichOutcome[]> {
    const done = this.#limits.admitCookies(updates.length);
    const outcomes: EnrichOutcome[] = [];
    try {
      for (let from = 0; from < updates.length; from += SLICE) {
        if (signal.aborted) throw brokenOff(outcomes.length, updates.length, signal.reason);
        const options = { inBulk: updates.length > FEW_COOKIES, signal };
        const slice = await this.#store(updates.slice(from, from + SLICE), options);
        const failures = await this.#wake(slice, options);
        if (failures.length > 0) throw notWoken(failures, slice, outcomes.length, updates.length);
        outcomes.push(...slice);
        done(slice.length);
      }
      return outcomes;
    } finally {
      done();
    }
  }

  /** Where one of them cannot be stored, the others may be already, and are woken: to no harm where they are not. */
  async #store(updates: readonly CookieUpdate[], options: Urgency): Promise<EnrichOutcome[]> {
    try {
      return await this.#jar.enrich(updates);
    } catch (error) {
      await this.#wake(
        updates.map(({ identifier }) => ({ identifier, unsettled: true })),
        options,
      );
      throw error;
    }
  }

  /** @returns why some could not be woken */
  async #wake(outcomes: readonly Pick<EnrichOutcome, 'identifier' | 'unsettled'>[], options: Urgency) {
    const unsettled = outcomes.filter((outcome) => outcome.unsettled);
    const woken = await Promise.allSettled(
      unsettled.map(async ({ identifier }) => this.#desk.wake(identifier, WakeKind.Enriched, options)),
    );
    return woken.filter((result) => result.status === 'rejected');
  }
}

interface Urgency {
  readonly inBulk: boolean;
  readonly signal: AbortSignal;
}

const AGAIN = 'send the same again: nothing is stored twice, and they are woken';

function notWoken(
  failures: readonly PromiseRejectedResult[],
  slice: readonly EnrichOutcome[],
  before: number,
  total: number,
): UnavailableError {
  const stored = slice.length === total ? 'everything is stored' : `${before + slice.length} of ${total} are stored`;
  const unsettled = slice.filter((outcome) => outcome.unsettled).length;
  return new UnavailableError(
    `${stored}, but ${failures.length} of ${before + unsettled} cookies could not be woken; ${AGAIN}`,
    { cause: failures[0]?.reason, retryAfter: RETRY_AFTER_S },
  );
}

function brokenOff(done: number, total: number, cause: unknown): UnavailableError {
  return new UnavailableError(`${done} of ${total} cookies are stored and woken, the others are not; ${AGAIN}`, {
    cause,
    retryAfter: RETRY_AFTER_S,
  });
}
