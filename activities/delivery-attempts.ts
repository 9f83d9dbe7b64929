import { ApplicationFailure } from '@temporalio/common';
import type { Delivery } from '../deliveries/delivery.ts';
import { pauseAfter } from '../deliveries/receiver-settings.ts';
import { RulebookUnavailableError, UserCodeError } from '../rulebook/errors.ts';
import { FailureType } from '../workflows/messages.ts';
import type { DeliveryDependencies } from './delivery-dependencies.ts';
import { failedForGood } from './failed-for-good.ts';
import type { ReceiverPolicies } from './receiver-policies.ts';
import { NotYetError, ReceiverTurns } from './receiver-turns.ts';

/**
 * A delivery that takes so long, in ms, its turn included, is noted: sooner than its local activity would leave it to
 * another worker.
 */
const NOTED_AFTER_MS = 300;

/** Waited so long for its turn, in ms, a delivery may have been made or noted by another worker. */
const STALE_AFTER_MS = 100;

/** How long a note holds, in ms: so long a delivery waits whose worker died over it. */
const NOTE_HOLDS_MS = 20_000;

/** Renewed in time, in ms. */
const NOTE_RENEWED_MS = 10_000;

/** Who finds a delivery under way elsewhere looks again after so long at most, in ms. */
const LOOK_AGAIN_MS = 5_000;

/** What attempts are made with. */
export interface DeliveryAttemptsOptions extends DeliveryDependencies {
  readonly policies: ReceiverPolicies;
}

/** Hands notifications to receivers, one attempt at a time, and writes down how that went. */
export class DeliveryAttempts {
  readonly #options: DeliveryAttemptsOptions;
  readonly #turns: ReceiverTurns;

  constructor(options: DeliveryAttemptsOptions) {
    this.#options = options;
    this.#turns = new ReceiverTurns((receiver) => options.receivers.get(receiver)?.maxPerSecond);
  }

  /**
   * Makes one attempt at a delivery that waits.
   * @returns the delivery that was made, or given up by somebody else meanwhile
   * @throws NotYetError where it is not its turn, or another worker is at it
   * @throws ApplicationFailure saying when to try again, if at all, where the receiver failed; other errors are none of
   * the receiver's, and count as no attempt
   */
  async make(delivery: Delivery): Promise<Delivery> {
    const { ledger, tally } = this.#options;
    const begunMs = performance.now();
    const rulebook = await this.#rulebookFor(delivery);
    await this.#checkThatItIsDue(delivery, rulebook);
    const settled = await this.#turns.take(delivery.receiver, async () => {
      const waitedMs = performance.now() - begunMs;
      const current = waitedMs < STALE_AFTER_MS ? delivery : await this.#seenAgain(delivery, rulebook);
      if (current.state !== 'waiting') return current;
      await this.#receive(current, rulebook, NOTED_AFTER_MS - waitedMs);
      return undefined;
    });
    if (settled !== undefined) return settled;
    const after = await ledger.delivered(delivery.id, new Date().toISOString());
    tally.delivered++;
    return after;
  }

  /** @throws NotYetError where somebody is handing it to its receiver, though maybe in another process */
  checkThatNobodyIsAtIt({ receiver, underWayUntil }: Delivery): void {
    const leftMs = underWayUntil === undefined ? 0 : Date.parse(underWayUntil) - Date.now();
    // Clocks differ a little; one that differs by more was set.
    if (leftMs > 0 && leftMs <= 2 * NOTE_HOLDS_MS) throw new NotYetError(receiver, Math.min(leftMs, LOOK_AGAIN_MS));
  }

  async #seenAgain(delivery: Delivery, rulebook: string): Promise<Delivery> {
    const current = (await this.#options.ledger.get(delivery.id)) ?? delivery;
    if (current.state !== 'waiting') return current;
    this.checkThatNobodyIsAtIt(current);
    await this.#checkThatItIsDue(current, rulebook);
    return current;
  }

  /** What was given up is sent again because its receiver was mended: by the code that is in force now. */
  async #rulebookFor({ burials, members, rulebook }: Delivery): Promise<string> {
    return burials > 0 || members !== undefined ? this.#options.currentRulebook() : rulebook;
  }

  async #checkThatItIsDue(delivery: Delivery, rulebook: string): Promise<void> {
    const { attempts, hopeless, lastError = 'no attempt is left', notBefore, receiver } = delivery;
    if (attempts === 0) return;
    const policy = await this.#options.policies.of(receiver, rulebook);
    if (hopeless === true || attempts >= policy.attempts) throw failedForGood(lastError);
    const leftMs = notBefore === undefined ? 0 : Date.parse(notBefore) - Date.now();
    if (leftMs > 0) throw new NotYetError(receiver, leftMs);
  }

  async #receive(delivery: Delivery, rulebook: string, noteInMs: number): Promise<void> {
    const note = this.#noteWhileItLasts(delivery, noteInMs);
    try {
      await this.#receiveBy(rulebook, delivery);
    } catch (error) {
      // A worker that ends, or a rulebook that cannot be had, is no failure of the receiver.
      throw error instanceof UserCodeError ? await this.#failed(delivery, rulebook, error) : error;
    } finally {
      note.end();
    }
  }

  /** Whoever comes for the delivery in another process sees that it is being made. */
  #noteWhileItLasts({ id, attempts }: Delivery, firstInMs: number): { readonly end: () => void } {
    const { ledger, log } = this.#options;
    const note = () => {
      const until = new Date(Date.now() + NOTE_HOLDS_MS).toISOString();
      ledger.underWay(id, attempts, until).catch((error: unknown) => {
        log.warn({ delivery: id, err: error }, 'another worker may make this delivery, too');
      });
      timer = setTimeout(note, NOTE_RENEWED_MS);
    };
    let timer = setTimeout(note, Math.max(0, firstInMs));
    return { end: () => clearTimeout(timer) };
  }

  async #receiveBy(rulebook: string, { notification, receiver }: Delivery): Promise<void> {
    const { evaluator, currentRulebook, log } = this.#options;
    try {
      await evaluator.receive({ rulebook, receiver, notification });
    } catch (error) {
      if (!(error instanceof RulebookUnavailableError)) throw error;
      const current = await currentRulebook();
      if (current === rulebook) throw error;
      log.warn({ receiver, notification: notification.id, err: error }, 'delivered by the rulebook in force instead');
      await evaluator.receive({ rulebook: current, receiver, notification });
    }
  }

  /** @returns what to throw */
  async #failed(delivery: Delivery, rulebook: string, error: UserCodeError): Promise<ApplicationFailure> {
    const { ledger, policies } = this.#options;
    const policy = await policies.of(delivery.receiver, rulebook);
    const pauseMs = error.retryAfterMs ?? pauseAfter(delivery.attempts + 1, policy);
    const isHopeless = !error.retryable || isMissing(error);
    const now = Date.now();
    const { attempts, hopeless } = await ledger.failed(delivery.id, error.message, new Date(now).toISOString(), {
      notBefore: new Date(now + pauseMs).toISOString(),
      ...(isHopeless && { hopeless: true }),
    });
    if (hopeless === true || attempts >= policy.attempts) return failedForGood(error.message, error);
    return ApplicationFailure.create({
      message: error.message,
      type: FailureType.UserCode,
      nextRetryDelay: pauseMs,
      cause: error,
    });
  }
}

/** Whether the rulebook has no such receiver. */
function isMissing({ file }: UserCodeError): boolean {
  return file === '';
}
