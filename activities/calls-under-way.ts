import { Context } from '@temporalio/activity';
import type { GoOnSlowly } from './cookie-activities.ts';

/** A local activity answers within this: less than half of what its workflow allows it. */
const LOCAL_PATIENCE_MS = 1_000;

/** How often a regular activity tells the server that it lives, in milliseconds. */
const BEAT_MS = 2_000;

/** How long the outcome of a call that nobody waits for is kept for the one who will come for it, in milliseconds. */
const KEPT_MS = 60_000;

/** After so long, in milliseconds, nobody is likely to come for an outcome: another process has taken the call up. */
const UNCLAIMED_MS = 10_000;

/** What a local activity answers when the call goes on without it. */
const GO_ON_SLOWLY: GoOnSlowly = { slow: true };

interface CallsOptions {
  readonly localsJoin?: boolean;
  readonly keepsFailures?: boolean;
  readonly unclaimedAfterMs?: number;
}

/**
 * Calls of one kind, mostly of user code, that run in this process. A local activity never abandons one: past its limit it leaves the call
 * to the regular activity of the same name, which joins it here, or starts it anew in another process.
 */
export class CallsUnderWay<T> {
  readonly #calls = new Map<string, Promise<T>>();
  readonly #localsJoin: boolean;
  readonly #keepsFailures: boolean;
  readonly #unclaimedAfterMs: number;
  /** Calls whose outcome somebody got. */
  readonly #claimed = new WeakSet<Promise<T>>();

  /**
   * @param options.localsJoin whether local activities, too, join a call that runs. Not where what it found out grows
   * old: a workflow task that is repeated may have to take note of more. @default true
   * @param options.unclaimedAfterMs how long somebody may still come for an outcome before it is told. @default 10 s
   * @param options.keepsFailures whether who comes later for a call that was left gets its failure, too. @default true
   */
  constructor({ localsJoin = true, keepsFailures = true, unclaimedAfterMs = UNCLAIMED_MS }: CallsOptions = {}) {
    this.#unclaimedAfterMs = unclaimedAfterMs;
    this.#localsJoin = localsJoin;
    this.#keepsFailures = keepsFailures;
  }

  /**
   * Waits for the call named `key`, starting it unless it runs: a short while in a local activity, with heartbeats and
   * as long as it takes in a regular one.
   * @param whenUnclaimed told of the outcome where the call was left and nobody has come for it, because another process
   * has taken it up, say. Who comes still later gets it all the same.
   */
  async wait(
    key: string,
    start: () => Promise<T>,
    whenUnclaimed: (outcome: T) => void = () => {},
  ): Promise<T | GoOnSlowly> {
    const { isLocal } = Context.current().info;
    const known = isLocal && !this.#localsJoin ? undefined : this.#calls.get(key);
    const call = known ?? this.#begin(key, start);
    try {
      const outcome = isLocal ? await this.#briefly(key, call) : { value: await this.#steadily(key, call) };
      if (outcome === undefined) this.#tellUnclaimed(call, whenUnclaimed);
      else this.#claimed.add(call);
      return outcome === undefined ? GO_ON_SLOWLY : outcome.value;
    } catch (error) {
      if (Context.current().cancellationSignal.aborted) this.#tellUnclaimed(call, whenUnclaimed);
      throw error;
    }
  }

  #begin(key: string, start: () => Promise<T>): Promise<T> {
    const call = start();
    // Its outcome may come when nobody listens yet.
    call.catch(() => {});
    this.#calls.set(key, call);
    return call;
  }

  /** @returns undefined where it is left to go on */
  async #briefly(key: string, call: Promise<T>): Promise<{ readonly value: T } | undefined> {
    const patience = timer(LOCAL_PATIENCE_MS);
    try {
      const outcome = await Promise.race([call.then((value) => ({ value })), patience.over]);
      if (outcome === undefined) {
        this.#forgetLater(key, call);
        return undefined;
      }
      this.#forget(key, call);
      return outcome;
    } catch (error) {
      this.#forget(key, call);
      throw error;
    } finally {
      patience.cancel();
    }
  }

  async #steadily(key: string, call: Promise<T>): Promise<T> {
    try {
      const outcome = await withHeartbeats(call);
      this.#forget(key, call);
      return outcome;
    } catch (error) {
      // Cancelled, after missed heartbeats say, it leaves the call, which goes on, to the next attempt.
      if (Context.current().cancellationSignal.aborted) this.#forgetLater(key, call);
      else this.#forget(key, call);
      throw error;
    }
  }

  #tellUnclaimed(call: Promise<T>, tell: (outcome: T) => void): void {
    const tellLater = (outcome: T) => {
      setTimeout(() => {
        if (this.#claimed.has(call)) return;
        this.#claimed.add(call);
        tell(outcome);
      }, this.#unclaimedAfterMs).unref();
    };
    call.then(tellLater, () => {});
  }

  #forget(key: string, call: Promise<T>): void {
    if (this.#calls.get(key) === call) this.#calls.delete(key);
  }

  #forgetLater(key: string, call: Promise<T>): void {
    const forget = () => {
      setTimeout(() => this.#forget(key, call), KEPT_MS).unref();
    };
    call.then(forget, this.#keepsFailures ? forget : () => this.#forget(key, call));
  }
}

/** Waits with heartbeats; rejects when the activity is cancelled, though the call may still go on. */
export async function withHeartbeats<T>(call: Promise<T>): Promise<T> {
  const context = Context.current();
  if (context.info.isLocal) return call;
  const beat = setInterval(() => {
    context.heartbeat();
  }, BEAT_MS);
  try {
    return await Promise.race([call, context.cancelled]);
  } finally {
    clearInterval(beat);
  }
}

function timer(ms: number): { over: Promise<undefined>; cancel: () => void } {
  let handle: NodeJS.Timeout;
  const over = new Promise<undefined>((resolve) => {
    handle = setTimeout(() => resolve(undefined), ms);
  });
  return { over, cancel: () => clearTimeout(handle) };
}
