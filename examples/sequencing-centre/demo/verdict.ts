import { differences } from './compare-with-zone.ts';
import type { CookieEvidence, DeliveryEvidence } from './evidence.ts';
import type { ExpectedOutcome } from './expected-outcome.ts';
import { isTrash, type ZoneObject } from './zone-contents.ts';

/** What a demo has left behind, and what it should have. */
export interface Evidence {
  readonly expected: readonly ExpectedOutcome[];
  readonly zone: ReadonlyMap<string, ZoneObject>;
  /** Epoch second at which the retrieval began. */
  readonly since: number;
  readonly cookies: readonly CookieEvidence[];
  readonly deliveries: readonly DeliveryEvidence[];
  /** Paths in the list file. */
  readonly list: readonly string[];
}

/** A number for people, beside the one it should be. */
export interface Count {
  readonly name: string;
  readonly found: number;
  readonly expected: number;
}

/** What came of it. Objects that are gone are not counted: what was heard of them depends on when they went. */
export interface Verdict {
  readonly totals: readonly Count[];
  /** Cookies by the rule that was applied. */
  readonly rules: readonly Count[];
  /** Notifications by receiver. */
  readonly receivers: readonly Count[];
  /** Everything that is not as it should be, object by object, in words; empty if all is well. */
  readonly faults: readonly string[];
}

const NO_RULE = 'none: QC is not done';
const LIST_RULE = 'everything-else';

/** Looks at the sums, and at each object by itself. */
export function verdictOf(evidence: Evidence): Verdict {
  const { expected, zone, cookies, deliveries } = evidence;
  const lasting = new Map(expected.filter((one) => one.stays && one.heardOf).map((one) => [one.path, one]));
  const rules = [...lasting.values()].map((outcome) => outcome.rules);
  const found = cookies.filter(({ cookie }) => lasting.has(cookie.identifier));
  const received = deliveries.filter((one) => one.delivered && lasting.has(one.identifier));
  return {
    totals: [
      {
        name: 'objects in the zone',
        found: [...zone.keys()].filter((path) => !isTrash(path)).length,
        expected: expected.filter(({ stays }) => stays).length,
      },
      { name: 'cookies of them', found: found.length, expected: lasting.size },
      { name: 'settled', found: found.filter(({ settled }) => settled).length, expected: lasting.size },
    ],
    rules: compared(tally(found.flatMap((one) => orNone(rulesOf(one)))), tally(rules.flatMap(orNone))),
    receivers: compared(tally(received.map(({ receiver }) => receiver)), tally(rules.flat().map(receiverOf))),
    faults: faultsOf(evidence, lasting),
  };
}

/** Whether everything is as it should be. */
export function isAsExpected({ totals, rules, receivers, faults }: Verdict): boolean {
  return faults.length === 0 && [...totals, ...rules, ...receivers].every(({ found, expected }) => found === expected);
}

function faultsOf(evidence: Evidence, lasting: ReadonlyMap<string, ExpectedOutcome>): string[] {
  const { expected, zone, since, cookies, deliveries, list } = evidence;
  const outcomes = new Map(expected.map((outcome) => [outcome.path, outcome]));
  const known = new Set(cookies.map(({ cookie }) => cookie.identifier));
  return [
    ...[...lasting.keys()].filter((path) => !known.has(path)).map((path) => `${path}: there is no cookie`),
    ...cookies.flatMap((one) => cookieFaults(one, outcomes.get(one.cookie.identifier))),
    ...cookies.flatMap(({ cookie }) => {
      if (!lasting.has(cookie.identifier)) return [];
      const object = zone.get(cookie.identifier);
      return object === undefined ? [`${cookie.identifier}: is not in the zone`] : differences(cookie, object, since);
    }),
    ...deliveries.filter((one) => !one.delivered).map((one) => `${one.identifier}: ${one.receiver} did not get it`),
    ...listFaults(list, deliveries),
  ];
}

function cookieFaults(evidence: CookieEvidence, outcome: ExpectedOutcome | undefined): string[] {
  const path = evidence.cookie.identifier;
  if (outcome === undefined) return [`${path}: there is a cookie of no object that ever was`];
  if (!outcome.heardOf) return [`${path}: there is a cookie though nothing happened to the object`];
  const applied = rulesOf(evidence);
  const surplus = applied.filter((rule) => !outcome.rules.includes(rule));
  // What is gone was there for some of the rules only.
  const lacking = outcome.stays ? outcome.rules.filter((rule) => !applied.includes(rule)) : [];
  return [
    ...(evidence.settled ? [] : [`${path}: is not settled`]),
    ...surplus.map((rule) => `${path}: ${rule} was applied`),
    ...lacking.map((rule) => `${path}: ${rule} was not applied`),
  ];
}

/** The list must hold what its receiver took, each object once. */
function listFaults(list: readonly string[], deliveries: readonly DeliveryEvidence[]): string[] {
  const taken = new Set(deliveries.filter(isListing).map(({ identifier }) => identifier));
  const counts = tally(list);
  return [
    ...[...counts].filter(([, times]) => times > 1).map(([path, times]) => `${path}: is listed ${times} times`),
    ...[...taken].filter((path) => !counts.has(path)).map((path) => `${path}: is not in the list`),
    ...[...counts.keys()].filter((path) => !taken.has(path)).map((path) => `${path}: is in the list for no reason`),
  ];
}

function isListing({ receiver, delivered }: DeliveryEvidence): boolean {
  return delivered && receiver === receiverOf(LIST_RULE);
}

/** The rules that were applied to a cookie, each once. */
function rulesOf({ cookie }: CookieEvidence): string[] {
  const applications = cookie.enrichments.fromSource('rule_application');
  return [...new Set(applications.map(({ metadata }) => metadata['rule_id']).filter((id) => typeof id === 'string'))];
}

function orNone(rules: readonly string[]): readonly string[] {
  return rules.length === 0 ? [NO_RULE] : rules;
}

/** Each watched study and the list make one notification; other rules make none. */
function receiverOf(rule: string): string | undefined {
  if (rule.startsWith('library-in-study-')) return 'study-log';
  return rule === LIST_RULE ? 'object-list' : undefined;
}

function tally(names: readonly (string | undefined)[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

function compared(found: ReadonlyMap<string, number>, expected: ReadonlyMap<string, number>): Count[] {
  const names = [...new Set([...expected.keys(), ...found.keys()])].toSorted();
  return names.map((name) => ({ name, found: found.get(name) ?? 0, expected: expected.get(name) ?? 0 }));
}
