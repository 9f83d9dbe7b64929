import { createHash } from 'node:crypto';
import { canonicalJson } from '../cookiejar/canonical-json.ts';
import type { Enrichment } from '../cookiejar/enrichment.ts';
import type { Cookie } from '../cookiejar/cookie.ts';
import { UserCodeError } from '../rulebook/errors.ts';
import { CallsUnderWay } from './calls-under-way.ts';
import type {
  CookieActivities,
  EnrichInput,
  EnrichResult,
  JudgeInput,
  JudgeResult,
  ParkInput,
  SettleInput,
} from './cookie-activities.ts';
import { createDeliveryActivities } from './deliver.ts';
import type { DeliveryActivities } from './delivery-activities.ts';
import type { DeliveryDependencies } from './delivery-dependencies.ts';
import { failedForGood } from './failed-for-good.ts';
import { judgeCookie } from './judge.ts';
import { endingWhatIsStuck, isUnstorable } from './stuck.ts';

/** Hexadecimal digits by which what a loader brings is told apart within one job: 64 bits. */
const BROUGHT_DIGITS = 16;

/** The activities of `processCookie` and `deliverNotification`, over the rooms that do the work. */
export function createCookieActivities(dependencies: DeliveryDependencies): CookieActivities & DeliveryActivities {
  const { jar, evaluator, startDelivery, wake, tally, log } = dependencies;
  const judging = new CallsUnderWay<readonly JudgeResult[]>({ localsJoin: false });
  const enriching = new CallsUnderWay<readonly EnrichResult[]>();
  const settling = new CallsUnderWay<void>();
  const parking = new CallsUnderWay<void>();

  async function judgeAll(inputs: readonly JudgeInput[]) {
    const opened = await endingWhatIsStuck(async () => jar.open(inputs.map(({ identifier }) => identifier)));
    return Promise.all(
      inputs.map(async (input, index) => {
        const cookie = opened[index];
        if (cookie === undefined) throw new Error(`the jar opened ${opened.length} of ${inputs.length} cookies`);
        return endingWhatIsStuck(async () => judgeCookie(dependencies, cookie, input), cookie.knowledge);
      }),
    );
  }

  async function enrichOne(input: EnrichInput): Promise<EnrichResult> {
    const [opened] = await endingWhatIsStuck(async () => jar.open([input.identifier]));
    if (opened === undefined) throw new Error(`the jar did not open ${input.identifier}`);
    return endingWhatIsStuck(async () => loadAndStore(input, opened.cookie), opened.knowledge);
  }

  async function loadAndStore(input: EnrichInput, cookie: Cookie): Promise<EnrichResult> {
    const { rulebook, loader, at } = input;
    const enrichment = await evaluator.load({ rulebook, loader, cookie, timestamp: at });
    const outcome = await store(input, enrichment);
    if (outcome === undefined) return { gone: true };
    const stored = outcome.stored.length > 0;
    return { brought: digestOf(enrichment), stored };
  }

  /** What the jar cannot take is the fault of the loader that brought it. */
  async function store({ identifier, loader, basis }: EnrichInput, enrichment: Enrichment) {
    try {
      return await jar.enrichFrom(basis, { identifier, enrichments: [enrichment] });
    } catch (error) {
      if (!isUnstorable(error)) throw error;
      throw failedForGood(`loader '${loader}': what it brought cannot be stored: ${error.message}`, error);
    }
  }

  async function settleAll(inputs: readonly SettleInput[]): Promise<void> {
    await Promise.all(
      inputs.map(async ({ identifier, basis, ...settled }) => {
        await endingWhatIsStuck(async () => jar.settle(identifier, settled, basis), settled.knowledge);
        tally.settled++;
      }),
    );
  }

  async function parkAll(inputs: readonly ParkInput[]): Promise<void> {
    for (const { identifier, ...failed } of inputs) {
      log.warn({ cookie: identifier, ...failed }, 'a cookie is parked');
      await jar.park(identifier, failed);
    }
  }

  /** What a judgement put on record is delivered, though its job goes on by the judgement of another process. */
  function deliverAlone(results: readonly JudgeResult[]): void {
    for (const delivery of results.flatMap(({ deliveries }) => deliveries)) {
      startDelivery(delivery).catch((error: unknown) =>
        log.warn({ delivery, err: error }, 'a delivery is left to the Reconciler'),
      );
    }
  }

  /** What a loader brought when its job had gone on without it may be news to that job. */
  function wakeOnceMore(inputs: readonly EnrichInput[]): void {
    for (const { identifier } of inputs) {
      wake(identifier).catch((error: unknown) =>
        log.warn({ cookie: identifier, err: error }, 'a cookie is left to the Reconciler'),
      );
    }
  }

  return {
    ...createDeliveryActivities(dependencies),
    async judge(inputs) {
      return judging.wait(inputs.map(stepOf).join(), async () => judgeAll(inputs), deliverAlone);
    },
    async enrich(inputs) {
      const key = inputs.map((input) => `${stepOf(input)}/${input.loader}`).join();
      const enrichAll = async () => Promise.all(inputs.map(enrichOne));
      return finalIfUserCode(enriching.wait(key, enrichAll, () => wakeOnceMore(inputs)));
    },
    async settle(inputs) {
      const key = inputs.map(({ job, knowledge }) => `${job}/${knowledge}`).join();
      return settling.wait(key, async () => settleAll(inputs));
    },
    async park(inputs) {
      return parking.wait(inputs.map(({ job }) => job).join(), async () => parkAll(inputs));
    },
  };
}

function digestOf({ source, metadata }: Enrichment): string {
  return createHash('sha256').update(canonicalJson({ source, metadata })).digest('hex').slice(0, BROUGHT_DIGITS);
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
