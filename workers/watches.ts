import type { Client } from '@temporalio/client';
import type { CookieJar } from '../cookiejar/cookie-jar.ts';
import { COOKIE_PREFIX } from '../cookiejar/head.ts';
import type { Delivery } from '../deliveries/delivery.ts';
import { receiverKey } from '../deliveries/delivery-ids.ts';
import { CorruptDeliveryError } from '../deliveries/errors.ts';
import type { Ledger } from '../deliveries/ledger.ts';
import type { Watch } from '../reconciling/watch.ts';
import { startDelivery } from '../workflows/client/start-delivery.ts';
import type { WakeCookie } from '../workflows/client/wake.ts';
import { cookieWorkflowId } from '../workflows/client/workflow-ids.ts';
import { deliveryWorkflowId, digestWorkflowId, WakeKind, WorkflowType } from '../workflows/messages.ts';
import { notRunning } from './not-running.ts';

const DELIVERY_PREFIX = 'delivery:';

/** What is watched, and where it is looked whether something is at it. */
export interface WatchParts {
  readonly client: Client;
  readonly jar: Pick<CookieJar, 'unsettled'>;
  readonly ledger: Pick<Ledger, 'getAll'>;
  readonly wake: WakeCookie;
  /** Aborted when the look must end. */
  readonly signal: AbortSignal;
}

/** Cookies, which their workflow settles, and deliveries, which are made by their cookie's workflow or one of their own. */
export function createWatches(parts: WatchParts): readonly Watch[] {
  return [cookieWatch(parts), deliveryWatch(parts)];
}

function cookieWatch({ client, jar, wake, signal }: WatchParts): Watch {
  return {
    prefix: COOKIE_PREFIX,
    isAnnounced: true,
    unfinished: async (identifiers) => jar.unsettled(identifiers),
    unattended: async (identifiers) => {
      const ended = await notRunning(client, WorkflowType.ProcessCookie, identifiers.map(cookieWorkflowId));
      return identifiers.filter((identifier) => ended.has(cookieWorkflowId(identifier)));
    },
    takeUp: async (identifier) => wake(identifier, WakeKind.Enriched, { inBulk: true, signal }),
  };
}

function deliveryWatch({ client, ledger }: WatchParts): Watch {
  return {
    prefix: DELIVERY_PREFIX,
    isAnnounced: false,
    unfinished: async (ids) => {
      const waiting = (await readable(ledger, ids)).filter(({ state }) => state === 'waiting');
      return new Map(waiting.map((delivery) => [delivery.id, markOf(delivery)]));
    },
    unattended: async (ids) => unattendedDeliveries(client, ledger, ids),
    takeUp: async (id) => {
      const [delivery] = await readable(ledger, [id]);
      // What a digest tells of fares as the digest does: that is told once more.
      await startDelivery(client, delivery?.digest ?? id);
    },
  };
}

const cookieOf = ({ notification }: Delivery) => cookieWorkflowId(notification.identifier);
const ownOf = ({ id }: Delivery) => deliveryWorkflowId(id);
const digestOf = ({ receiver, held = '' }: Delivery) => digestWorkflowId(receiverKey(receiver), held);

/** Its cookie's workflow is asked for before its own, which that one starts before it ends. */
async function unattendedDeliveries(client: Client, ledger: Pick<Ledger, 'getAll'>, ids: readonly string[]) {
  let left = await leftToDigests(ledger, await readable(ledger, ids));
  left = await withoutRunning(client, WorkflowType.ProcessCookie, left, cookieOf);
  left = await withoutRunning(client, WorkflowType.DeliverNotification, left, ownOf);
  const held = left.filter((delivery) => delivery.held !== undefined);
  const ended = new Set(await withoutRunning(client, WorkflowType.TellDigest, held, digestOf));
  return left.filter((delivery) => delivery.held === undefined || ended.has(delivery)).map(({ id }) => id);
}

/** But for those that a digest tells of which is itself on its way. */
async function leftToDigests(ledger: Pick<Ledger, 'getAll'>, deliveries: readonly Delivery[]): Promise<Delivery[]> {
  const digests = await readable(ledger, [...new Set(deliveries.flatMap(({ digest }) => digest ?? []))]);
  const onTheirWay = new Set(digests.filter(({ state }) => state === 'waiting').map(({ id }) => id));
  return deliveries.filter(({ digest }) => digest === undefined || !onTheirWay.has(digest));
}

async function withoutRunning(
  client: Client,
  type: string,
  deliveries: readonly Delivery[],
  workflowOf: (delivery: Delivery) => string,
): Promise<Delivery[]> {
  const ended = await notRunning(client, type, [...new Set(deliveries.map(workflowOf))]);
  return deliveries.filter((delivery) => ended.has(workflowOf(delivery)));
}

/** A record that is damaged can neither be made nor given up; it is for a person to mend. */
async function readable(ledger: Pick<Ledger, 'getAll'>, ids: readonly string[]): Promise<Delivery[]> {
  try {
    return await ledger.getAll(ids);
  } catch (error) {
    if (!(error instanceof CorruptDeliveryError)) throw error;
    if (ids.length === 1) return [];
    const each = await Promise.all(ids.map(async (id) => readable(ledger, [id])));
    return each.flat();
  }
}

function markOf({ attempts, burials, held = '', digest = '' }: Delivery): string {
  return `${attempts}/${burials}/${held}/${digest}`;
}
