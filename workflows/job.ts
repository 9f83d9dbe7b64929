import { isCancellation, sleep } from '@temporalio/workflow';
import type { EnrichInput, EnrichResult, JudgeResult } from '../activities/cookie-activities.ts';
import { continueElsewhere } from './continue-elsewhere.ts';
import { causeOf, fastThenSturdy, localActivities, sturdyActivities } from './fast-then-sturdy.ts';
import { circleMessage, goesInCircles, tooManyRounds, withRun } from './loader-traces.ts';
import type { JobProgress } from './messages.ts';
import { stuckIn } from './stuck.ts';

/** Waits between the attempts at a failing loader double from the first to the longest. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

/** How one step of a job ended. */
export const JobStep = {
  Round: 'round',
  Done: 'done',
  /** There was nothing to do. */
  Idle: 'idle',
  /** This very job was done before; what came to be known since waits for a job of its own. */
  Repeated: 'repeated',
} as const;
export type JobStep = (typeof JobStep)[keyof typeof JobStep];

/**
 * One job: judge the cookie, deliver what its rules notify, enrich it with the next loader, again until nothing is left
 * to do, then settle. {@link Job.step} makes one round of it.
 */
export class Job {
  readonly #identifier: string;
  #progress: JobProgress;
  #doing = 'being taken up';
  /** Why it failed for good. */
  failed?: string;

  constructor(identifier: string, progress: JobProgress) {
    this.#identifier = identifier;
    this.#progress = progress;
  }

  get progress(): JobProgress {
    return this.#progress;
  }

  get doing(): string {
    return this.#doing;
  }

  /** Judges and delivers; then enriches (a round) or settles (done). What can never be done ends the job: it is parked. */
  async step(): Promise<JobStep> {
    try {
      return await this.#judgeAndGoOn();
    } catch (failure) {
      const stuck = stuckIn(failure);
      if (stuck === undefined) throw failure;
      return this.#park(stuck.reason, stuck.knowledge);
    }
  }

  async #judgeAndGoOn(): Promise<JobStep> {
    const judged = await this.#judge();
    if (judged.idle === true) return this.#idle(judged);
    this.#learn(judged);
    await this.#deliver(judged.deliveries);
    const { nextLoader, knowledge, limits } = judged;
    if (nextLoader === undefined) return this.#settle(judged);
    const { round, loaded } = this.#progress;
    if (goesInCircles(loaded, nextLoader, knowledge)) return this.#leaveOut(nextLoader, circleMessage(nextLoader));
    if (round >= limits.rounds) return this.#settle(judged, tooManyRounds(limits.rounds, nextLoader, loaded));
    const gone = await this.#enrich(judged, nextLoader);
    return gone ? JobStep.Done : JobStep.Round;
  }

  async #judge(): Promise<JudgeResult> {
    this.#doing = 'judging by the rules';
    const { id, kind, rulebook, known, round, passedOver } = this.#progress;
    const input = {
      identifier: this.#identifier,
      job: id,
      kind,
      round,
      passedOver,
      at: now(),
      ...(rulebook === undefined ? {} : { rulebook }),
      ...(known === undefined ? {} : { known }),
    };
    return only(
      await fastThenSturdy(
        () => localActivities.judge([input]),
        () => sturdyActivities().judge([input]),
      ),
    );
  }

  #idle({ doneBefore }: JudgeResult): JobStep {
    if (doneBefore === undefined) return JobStep.Idle;
    if (doneBefore.failed !== undefined) this.failed = doneBefore.failed;
    return JobStep.Repeated;
  }

  #learn(judged: JudgeResult): void {
    const matched = new Set([...this.#progress.matched, ...judged.matched]);
    const { known = judged.known } = this.#progress;
    this.#progress = { ...this.#progress, rulebook: judged.rulebook, known, matched: [...matched] };
  }

  /** Tries each delivery once; those in trouble go on in workflows of their own, so that they hold nothing else up. */
  async #deliver(deliveries: readonly string[]): Promise<void> {
    if (deliveries.length === 0) return;
    this.#doing = `delivering ${deliveries.length} notifications`;
    const troubled = await deliverOnce(deliveries);
    await Promise.all(troubled.map(continueElsewhere));
  }

  async #enrich(judged: JudgeResult, loader: string): Promise<boolean> {
    this.#doing = `enriching with loader ${loader}`;
    const { id, round } = this.#progress;
    this.#progress = { ...this.#progress, round: round + 1 };
    const input = {
      identifier: this.#identifier,
      job: id,
      rulebook: judged.rulebook,
      loader,
      round,
      basis: judged.basis,
      at: now(),
    };
    try {
      const result = only(await enrichRepeatedly(input, judged.limits.loaderAttempts));
      const loaded = withRun(this.#progress.loaded, loader, result, judged.knowledge);
      this.#progress = { ...this.#progress, ...(loaded === undefined ? {} : { loaded }) };
      return result.gone === true;
    } catch (failure) {
      if (isCancellation(failure) || stuckIn(failure) !== undefined) throw failure;
      this.#passOver(loader, messageOf(failure));
      return false;
    }
  }

  /** Goes on without a loader that would have been next. */
  #leaveOut(loader: string, message: string): JobStep {
    this.#progress = { ...this.#progress, round: this.#progress.round + 1 };
    this.#passOver(loader, message);
    return JobStep.Round;
  }

  #passOver(loader: string, message: string): void {
    const { passedOver, round } = this.#progress;
    this.#progress = { ...this.#progress, passedOver: [...passedOver, { loader, message, round }] };
  }

  async #settle(judged: JudgeResult, failed?: string): Promise<JobStep> {
    this.#doing = 'settling';
    if (failed !== undefined) this.failed = failed;
    const input = {
      identifier: this.#identifier,
      job: this.#progress.id,
      rulebook: judged.rulebook,
      knowledge: judged.knowledge,
      basis: judged.basis,
      at: now(),
      ...(failed === undefined ? {} : { failed }),
    };
    await fastThenSturdy(
      () => localActivities.settle([input]),
      () => sturdyActivities().settle([input]),
    );
    return JobStep.Done;
  }

  async #park(reason: string, knowledge: string | undefined): Promise<JobStep> {
    this.#doing = 'being parked';
    this.failed = reason;
    const { id, rulebook } = this.#progress;
    const input = {
      identifier: this.#identifier,
      job: id,
      reason,
      at: now(),
      ...(rulebook === undefined ? {} : { rulebook }),
      ...(knowledge === undefined ? {} : { knowledge }),
    };
    await fastThenSturdy(
      () => localActivities.park([input]),
      () => sturdyActivities().park([input]),
    );
    return JobStep.Done;
  }
}

/** Only what the loader itself failed at ends an attempt: a lost worker, rulebook or jar is waited out. */
async function enrichRepeatedly(input: EnrichInput, attempts: number): Promise<readonly EnrichResult[]> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await fastThenSturdy(
        () => localActivities.enrich([input]),
        () => sturdyActivities().enrich([input]),
      );
    } catch (failure) {
      if (isCancellation(failure) || stuckIn(failure) !== undefined || attempt >= attempts) throw failure;
      await sleep(Math.min(FIRST_PAUSE_MS * 2 ** (attempt - 1), LONGEST_PAUSE_MS));
    }
  }
}

/** @returns the deliveries that failed or take long */
async function deliverOnce(deliveries: readonly string[]): Promise<readonly string[]> {
  try {
    const results = await localActivities.deliver(deliveries);
    return results.filter(({ delivered }) => !delivered).map(({ delivery }) => delivery);
  } catch (failure) {
    if (isCancellation(failure)) throw failure;
    return deliveries;
  }
}

/** The innermost message of a failure: what the user's code said. */
function messageOf(failure: unknown): string {
  const cause = causeOf(failure);
  return cause instanceof Error ? cause.message : String(failure);
}

function only<T>(results: readonly T[]): T {
  const [result] = results;
  if (result === undefined || results.length !== 1) throw new Error(`expected one result, got ${results.length}`);
  return result;
}

/** The workflow's own time, which replays alike. */
function now(): string {
  return new Date().toISOString();
}
