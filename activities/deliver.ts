import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import type { Delivery } from '../deliveries/delivery.ts';
import { Digests } from '../deliveries/digests.ts';
import { FloodGates } from '../deliveries/flood-gates.ts';
import { FailureType } from '../workflows/messages.ts';
import { CallsUnderWay, withHeartbeats } from './calls-under-way.ts';
import type { CookieActivities, DeliverResult } from './cookie-activities.ts';
import { DeliveryAttempts } from './delivery-attempts.ts';
import type { DeliveryActivities } from './delivery-activities.ts';
import type { DeliveryDependencies } from './delivery-dependencies.ts';
import { Gathering } from './gathering.ts';
import { ReceiverPolicies } from './receiver-policies.ts';
import { NotYetError } from './receiver-turns.ts';

type AllDeliveryActivities = DeliveryActivities &
  Pick<CookieActivities, 'deliver' | 'redeliver' | 'bury' | 'deliveryPolicy'>;

/** The activities that deliver notifications and digests, over the ledger and the users' receivers. */
export function createDeliveryActivities(dependencies: DeliveryDependencies): AllDeliveryActivities {
  const { ledger, documents, receivers: configured, definitions } = dependencies;
  const { attempts: tries, backoffMs, maximumIntervalMs } = dependencies.deliveryPolicy;
  const standard = { attempts: tries, backoffMs, maximumIntervalMs: Math.max(backoffMs, maximumIntervalMs) };
  const digests = new Digests(dependencies);
  const gathering = new Gathering({ ...dependencies, digests, gates: new FloodGates(documents) });
  const policies = new ReceiverPolicies({ standard, configured, definitions });
  const attempts = new DeliveryAttempts({ ...dependencies, policies });
  // What an attempt failed at stands in its record, and may have been mended since.
  const delivering = new CallsUnderWay<void>({ keepsFailures: false });

  /** Looks at the record first: a repeated delivery that was made is not made again. */
  async function deliverOne(id: string): Promise<void> {
    const delivery = await ledger.get(id);
    if (delivery === undefined) return;
    if (delivery.state === 'waiting') attempts.checkThatNobodyIsAtIt(delivery);
    if (delivery.state === 'waiting' && (await gathering.keepsBack(delivery))) return;
    const after = delivery.state === 'waiting' ? await attempts.make(delivery) : delivery;
    await settleMembers(after);
  }

  async function settleMembers(digest: Delivery): Promise<void> {
    if (digest.members !== undefined) await digests.settle(digest, new Date().toISOString());
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

  async function bury(id: string): Promise<void> {
    await settleMembers(await ledger.bury(id, new Date().toISOString()));
  }

  return {
    async deliver(deliveries) {
      return Promise.all(deliveries.map(tryDelivery));
    },
    async deliveryPolicy(id) {
      const delivery = id === undefined ? undefined : await ledger.get(id);
      return delivery === undefined ? standard : policies.of(delivery.receiver, delivery.rulebook);
    },
    async redeliver(delivery) {
      await givingBackSlots(delivering.wait(delivery, async () => deliverOne(delivery)));
    },
    async bury(delivery) {
      await withHeartbeats(bury(delivery));
    },
    async revive({ delivery, burial }) {
      await withHeartbeats(ledger.revive(delivery, burial));
    },
    async digestDue(input) {
      return { waitMs: await withHeartbeats(gathering.dueIn(input)) };
    },
    async gatherDigests(input) {
      return { deliveries: await withHeartbeats(gathering.end(input)) };
    },
  };
}

/** One whose turn it is not leaves its slot to others, and Temporal brings it again. */
async function givingBackSlots(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof NotYetError)) throw error;
    throw ApplicationFailure.create({
      message: error.message,
      type: FailureType.NotYet,
      nextRetryDelay: Math.ceil(error.comeAgainMs),
      // Nothing is wrong: it is not for the log.
      category: ApplicationFailureCategory.BENIGN,
    });
  }
}
