import { ApplicationFailure } from '@temporalio/common';
import { UserCodeError } from '../rulebook/errors.ts';
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
  const { jar, ledger, evaluator, tally } = dependencies;
  const judging = new CallsUnderWay<readonly JudgeResult[]>();
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
    const { notification, receiver, burials } = record;
    // One that was given up is sent again because its receiver was mended: by the code that is in force now.
    const rulebook = burials > 0 ? await dependencies.currentRulebook() : record.rulebook;
    try {
      await evaluator.receive({ rulebook, receiver, notification });
    } catch (error) {
      await ledger.failed(delivery, messageOf(error), new Date().toISOString());
      throw error;
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
      return judging.wait(stepsOf(inputs), async () => judgeAll(inputs));
    },
    async enrich(inputs) {
      return translated(enriching.wait(stepsOf(inputs), async () => Promise.all(inputs.map(enrichOne))));
    },
    async deliver(deliveries) {
      return Promise.all(deliveries.map(tryDelivery));
    },
    async settle(inputs) {
      return settling.wait(inputs.map(({ job }) => job).join(), async () => settleAll(inputs));
    },
    async deliveryPolicy() {
      return dependencies.deliveryPolicy;
    },
    async redeliver(delivery) {
      await translated(delivering.wait(delivery, async () => deliverOne(delivery)));
    },
    async bury(delivery) {
      await withHeartbeats(ledger.bury(delivery, new Date().toISOString()));
    },
  };
}

/** Names a step of a job: the same for the regular activity that goes on with a local one, and for no other step. */
function stepsOf(inputs: readonly { readonly job: string; readonly round: number }[]): string {
  return inputs.map(({ job, round }) => `${job}/${round}`).join();
}

async function translated<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof UserCodeError)) throw error;
    throw ApplicationFailure.create({ message: error.message, type: FailureType.UserCode, cause: error });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
