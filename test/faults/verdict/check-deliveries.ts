import { canonicalJson } from '../../../cookiejar/canonical-json.ts';
import type { JsonValue } from '../../../cookiejar/json.ts';
import type { Delivery } from '../../../deliveries/delivery.ts';
import type { Ledgers } from '../ledgers.ts';
import type { Plan, VersionedRule } from '../plan/plan.ts';
import type { Receipt } from '../world/receivers.ts';
import type { Findings } from './findings.ts';
import { grouped } from './grouped.ts';
import { type ExpectedNotification, judgeByHand, receiversOf } from './rule-model.ts';
import type { Sight } from './sight.ts';

/** What the deliveries of a run are checked against. */
export interface DeliveryEvidence {
  readonly plan: Plan;
  readonly notes: Ledgers;
  readonly sight: Sight;
  readonly receipts: readonly Receipt[];
}

/** Every notification reached every receiver that it is for, by one id, and the ledger says so; and nothing else did. */
export function checkDeliveries({ plan, notes, sight, receipts }: DeliveryEvidence, findings: Findings): void {
  const received = grouped(receipts, ({ receiver, notification }) => `${notification.id} ${receiver}`);
  const recorded = new Map(sight.deliveries.map((one) => [`${one.notification.id} ${one.receiver}`, one]));
  for (const delivery of sight.deliveries) {
    checkState(delivery, received.has(`${delivery.notification.id} ${delivery.receiver}`), findings);
  }
  for (const [key, [receipt]] of received) {
    const delivery = recorded.get(key);
    const told = JSON.stringify(receipt?.notification);
    findings.expect(delivery !== undefined, () => `${receipt?.receiver} got ${told}, which the ledger does not know`);
    for (const { notification } of received.get(key) ?? []) {
      const isSame = canonicalJson({ ...notification }) === canonicalJson({ ...delivery?.notification });
      findings.expect(isSame, () => `${receipt?.receiver} got ${told}, and the ledger has it otherwise`);
    }
  }
  checkIds(sight.deliveries, findings);
  checkExpected(plan, sight, findings);
  checkVersions(notes, sight.deliveries, findings);
}

function checkState(delivery: Delivery, isReceived: boolean, findings: Findings): void {
  const { id, state, receiver, notification } = delivery;
  const what = `${id} (${notification.about} of ${notification.identifier} to ${receiver}, job ${delivery.job})`;
  if (state === 'delivered' && !isReceived) findings.loses(`${what} is delivered by the ledger, and was not received`);
  findings.expect(state === 'delivered', () => `${what} is ${state}: ${JSON.stringify(delivery)}`);
}

function checkIds(deliveries: readonly Delivery[], findings: Findings): void {
  const ids = new Map<string, string>();
  for (const { job, notification } of deliveries) {
    const { id, sender, about, data, identifier } = notification;
    const key = canonicalJson([job, identifier, sender, about, data]);
    const known = ids.get(key);
    findings.expect(known === undefined || known === id, () => `${key} has the ids ${known} and ${id}`);
    ids.set(key, id);
  }
}

/** What the last job of every cookie must have told. */
function checkExpected(plan: Plan, { cookies, deliveries }: Sight, findings: Findings): void {
  const byJob = grouped(deliveries, ({ job }) => job);
  for (const [identifier, { cookie, settled, knowledge }] of cookies) {
    if (settled?.knowledge !== knowledge) continue;
    const told = byJob.get(settled.job) ?? [];
    for (const expected of judgeByHand(cookie).notifications) {
      for (const receiver of receiversOf(expected.sender, plan.tellsTheEnd)) {
        const isTold = told.some((one) => one.receiver === receiver && isMeant(one, expected));
        if (!isTold) findings.loses(`${identifier}: ${receiver} was to be told ${JSON.stringify(expected)}`);
      }
    }
  }
}

function isMeant({ notification }: Delivery, { sender, data, versioned }: ExpectedNotification): boolean {
  if (notification.sender !== sender || notification.about !== sender) return false;
  const told = versioned ? withoutVersion(notification.data) : notification.data;
  return canonicalJson(told) === canonicalJson(data);
}

function withoutVersion(data: JsonValue): JsonValue {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return data;
  const { version: _, ...rest } = data as Readonly<Record<string, JsonValue>>;
  return rest;
}

/** A rulebook has one version of each rule, one that was saved. */
function checkVersions(notes: Ledgers, deliveries: readonly Delivery[], findings: Findings): void {
  const seen = new Map<string, number>();
  for (const { rulebook, notification } of deliveries) {
    const { sender, data } = notification;
    const saved = notes.versions.get(sender as VersionedRule);
    if (saved === undefined) continue;
    const version = Number((data as Readonly<Record<string, JsonValue>>)['version']);
    findings.expect(saved.includes(version), () => `version ${version} of ${sender} was never saved`);
    const key = `${rulebook} ${sender}`;
    const known = seen.get(key) ?? version;
    findings.expect(known === version, () => `rulebook ${rulebook} has the versions ${known}, ${version} of ${sender}`);
    seen.set(key, known);
  }
}
