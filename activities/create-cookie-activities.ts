import { ApplicationFailure } from '@temporalio/common';
import { EvaluatorClosedError, UserCodeError } from '../rulebook/errors.ts';
import { FailureType } from '../workflows/messages.ts';
import { CallsUnderWay, withHeartbeats } from './calls-under-way.ts';
import type {
  CookieActivities,
  DeliverResult,
  EnrichInput,
  EnrichResult,
  JudgeInput,
  JudgeResult,
  SettleInput,
} from './cookie-activities.ts';
import type { CookieActivityDependencies } from './dependencies.ts';
import { judgeCookie } from './judge.ts';

/** The activities of `processCookie` and `deliverNotification`, over the rooms that do the work. */
export function createCookieActivities(dependencies: CookieActivityDependencies): CookieActivities {
  const { jar, ledger, evaluator, deliveryPolicy, tally } = dependencies;
  const judging = new CallsUnderWay<readonly JudgeResult[]>({ localsJoin: false });
  const enriching = new CallsUnderWay<readonly EnrichResult[]>();
  const delivering = new CallsUnderWay<void>();
  const settling = new CallsUnderWay<void>();

  async function judgeAll(inputs: readonly JudgeInput[]) {
    const opened = await jar.open(inputs.map(({ identifier }) => identifier));
    return Promise.all(
      inputs.map(async (input, index) => {
        const cookie = opened[index];
        if (cookie === undefined) throw new Error(`the jar opened ${opened.length} of ${inputs.length} cookies`);
        return judgeCookie(dependencies, cookie, input);
      }),
    );
  }

  async function enrichOne({ identifier, rulebook, loader, basis, at }: EnrichInput): Promise<EnrichResult> {
    const [opened] = await jar.open([identifier]);
    if (opened === undefined) throw new Error(`the jar did not open ${identifier}`);
    const enrichment = await evaluator.load({ rulebook, loader, cookie: opened.cookie, timestamp: at });
    const outcome = await jar.enrichFrom(basis, { identifier, enrichments: [enrichment] });
    return outcome === undefined ? { gone: true } : {};
  }

  /** Looks at the record first: a repeated delivery that was made is not made again. */
  async function deliverOne(delivery: string): Promise<void> {
    const record = await ledger.get(delivery);
    if (record === undefined || record.state !== 'waiting') return;
    if (record.attempts >= deliveryPolicy.attempts) throw failedForGood(record.lastError ?? 'no attempt is left');
    const { notification, receiver, burials } = record;
    // One that was given up is sent again because its receiver was mended: by the code that is in force now.
    const rulebook = burials > 0 ? await dependencies.currentRulebook() : record.rulebook;
    try {
      await evaluator.receive({ rulebook, receiver, notification });
    } catch (error) {
      // A worker that ends is no failure of the receiver.
      if (error instanceof EvaluatorClosedError) throw error;
      const { attempts } = await ledger.failed(delivery, messageOf(error), new Date().toISOString());
      throw attempts < deliveryPolicy.attempts ? error : failedForGood(messageOf(error), error);
    }
    await ledger.delivered(delivery, new Date().toISOString());
    tally.delivered++;
  }

  async function tryDelivery(delivery: string): Promise<DeliverResult> {
    try {
      const outcome = await delivering.wait(delivery, async () => deliverOne(delivery));
      return { delivery, delivered: outcome === undefined };
    } catch {
      // The record has its reason; the workflow goes on with it elsewhere.
      return { delivery, delivered: false };
    }
  }

  async function settleAll(inputs: readonly SettleInput[]): Promise<void> {
    await Promise.all(
      inputs.map(async ({ identifier, ...settled }) => {
        await jar.settle(identifier, settled);
        tally.settled++;
      }),
    );
  }

  return {
    async judge(inputs) {
      return judging.wait(inputs.map(stepOf).join(), async () => judgeAll(inputs));
    },
    async enrich(inputs) {
      const key = inputs.map((input) => `${stepOf(input)}/${input.loader}`).join();
      return finalIfUserCode(enriching.wait(key, async () => Promise.all(inputs.map(enrichOne))));
    },
    async deliver(deliveries) {
      return Promise.all(deliveries.map(tryDelivery));
    },
    async settle(inputs) {
      const key = inputs.map(({ job, knowledge }) => `${job}/${knowledge}`).join();
      return settling.wait(key, async () => settleAll(inputs));
    },
    async deliveryPolicy() {
      return deliveryPolicy;
    },
    async redeliver(delivery) {
      await delivering.wait(delivery, async () => deliverOne(delivery));
    },
    async bury(delivery) {
      await withHeartbeats(ledger.bury(delivery, new Date().toISOString()));
    },
  };
}

/** Names a step of a job: the same for the regular activity that goes on with a local one, and for no other step. */
function stepOf({ job, round }: { readonly job: string; readonly round: number }): string {
  return `${job}/${round}`;
}

/** Temporal repeats what failed for the machine's reasons; what user code failed at is the workflow's to count. */
async function finalIfUserCode<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw error instanceof UserCodeError ? failedForGood(error.message, error) : error;
  }
}

function failedForGood(message: string, cause?: unknown): ApplicationFailure {
  return ApplicationFailure.create({
    message,
    type: FailureType.UserCode,
    nonRetryable: true,
    ...(cause instanceof Error ? { cause } : {}),
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
