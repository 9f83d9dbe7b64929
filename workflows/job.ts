import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { isCancellation, ParentClosePolicy, sleep, startChild } from '@temporalio/workflow';
import type { EnrichInput, EnrichResult, JudgeResult } from '../activities/cookie-activities.ts';
import { deliverNotification } from './deliver-notification.ts';
import { causeOf, fastThenSturdy, localActivities, sturdyActivities } from './fast-then-sturdy.ts';
import { deliveryWorkflowId, type JobProgress, type PassedOver } from './messages.ts';

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

  /** Judges and delivers; then enriches (a round) or settles (done). */
  async step(): Promise<JobStep> {
    const judged = await this.#judge();
    if (judged.idle === true) return this.#idle(judged);
    this.#learn(judged);
    await this.#deliver(judged.deliveries);
    if (judged.nextLoader === undefined) return this.#settle(judged);
    if (this.#progress.round >= judged.limits.rounds) return this.#settle(judged, tooManyRounds(judged));
    const gone = await this.#enrich(judged, judged.nextLoader);
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
      return only(await enrichRepeatedly(input, judged.limits.loaderAttempts)).gone === true;
    } catch (failure) {
      if (isCancellation(failure)) throw failure;
      this.#passOver({ loader, message: messageOf(failure) });
      return false;
    }
  }

  #passOver(passedOver: PassedOver): void {
    this.#progress = { ...this.#progress, passedOver: [...this.#progress.passedOver, passedOver] };
  }

  async #settle(judged: JudgeResult, failed?: string): Promise<JobStep> {
    this.#doing = 'settling';
    if (failed !== undefined) this.failed = failed;
    const input = {
      identifier: this.#identifier,
      job: this.#progress.id,
      rulebook: judged.rulebook,
      knowledge: judged.knowledge,
      at: now(),
      ...(failed === undefined ? {} : { failed }),
    };
    await fastThenSturdy(
      () => localActivities.settle([input]),
      () => sturdyActivities().settle([input]),
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
      if (isCancellation(failure) || attempt >= attempts) throw failure;
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

async function continueElsewhere(delivery: string): Promise<void> {
  try {
    await startChild(deliverNotification, {
      workflowId: deliveryWorkflowId(delivery),
      args: [{ delivery }],
      parentClosePolicy: ParentClosePolicy.ABANDON,
    });
  } catch (error) {
    // A repeated judgement hands over what is on its way already.
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}

function tooManyRounds({ limits, nextLoader }: JudgeResult): string {
  return `${limits.rounds} rounds of enrichment did not come to an end; loader "${nextLoader}" could still enrich`;
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
