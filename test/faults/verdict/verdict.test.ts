import type { OpenedCookie } from '../../../cookiejar/cookie-jar.ts';
import { Cookie } from '../../../cookiejar/cookie.ts';
import type { Enrichment } from '../../../cookiejar/enrichment.ts';
import type { Delivery } from '../../../deliveries/delivery.ts';
import { notificationId } from '../../../deliveries/delivery-ids.ts';
import { Ledgers } from '../ledgers.ts';
import { makePlan } from '../plan/make-plan.ts';
import type { Receipt } from '../world/receivers.ts';
import { checkDeliveries } from './check-deliveries.ts';
import { checkJobs } from './check-jobs.ts';
import { checkKnowledge } from './check-knowledge.ts';
import { Findings } from './findings.ts';
import type { Sight } from './sight.ts';

const ID = '/push/a';
const AT = '2026-01-05T06:00:00.000Z';
const PUSHED: Enrichment = { source: 'manual', timestamp: AT, metadata: { flag: true } };
const TALLY: Enrichment = { source: 'tally', timestamp: AT, metadata: { n: 1 } };
const TOLD = [
  ['flagged', 'one', { flags: 1, version: 1 }],
  ['flagged', 'two', { flags: 1, version: 1 }],
  ['tallied', 'one', { n: 1, version: 1 }],
] as const;

/** A run in which all went well, but for what is changed. */
interface Outcome {
  enrichments: Enrichment[];
  settled: boolean;
  deliveries: Delivery[];
  receipts: Receipt[];
}

function wellDone(): Outcome {
  const applied = ['always', 'flagged', 'tallied'].map((rule) => application(rule, 'job', 'book'));
  const deliveries = TOLD.map(([sender, receiver, data]): Delivery => {
    const id = notificationId('job', sender, sender, data);
    const notification = { id, about: sender, data, sender, identifier: ID, at: AT };
    return {
      id: `${id}:${receiver}`,
      notification,
      receiver,
      rulebook: 'book',
      job: 'job',
      state: 'delivered',
      attempts: 0,
      burials: 0,
    };
  });
  const receipts = deliveries.map(({ receiver, notification }) => ({ receiver, notification }) as Receipt);
  return { enrichments: [PUSHED, TALLY, ...applied], settled: true, deliveries, receipts };
}

function application(rule_id: string, job: string, rulebook: string): Enrichment {
  return {
    source: 'rule_application',
    timestamp: AT,
    metadata: { rule_id, job, rulebook, terminated_processing: false },
  };
}

function judge(change: (outcome: Outcome) => void): Findings {
  const outcome = wellDone();
  change(outcome);
  const { enrichments, settled, deliveries, receipts } = outcome;
  const notes = new Ledgers();
  notes.cookie(ID).stored.push(PUSHED);
  const opened: OpenedCookie = {
    cookie: new Cookie(ID, enrichments),
    known: true,
    basis: '',
    knowledge: settled ? 'known' : 'more',
    seen: new Set(),
    settled: { knowledge: 'known', rulebook: 'book', job: 'job', at: AT },
    pin: { job: 'job', rulebook: 'book' },
  };
  const sight: Sight = { cookies: new Map([[ID, opened]]), deliveries, workflows: [] };
  const findings = new Findings();
  checkKnowledge(notes, sight, findings);
  checkJobs(notes, sight, findings);
  checkDeliveries(
    { plan: { ...makePlan(1, { clocks: false, ownJar: true }), tellsTheEnd: false }, notes, sight, receipts },
    findings,
  );
  return findings;
}

describe('the verdict on a run', () => {
  it('finds nothing where all went well', () => {
    expect(judge(() => {}).violations).toEqual([]);
  });

  it.each<[string, RegExp, (outcome: Outcome) => void]>([
    ['an update that is missing', /lost: .* has no .*flag/, ({ enrichments }) => enrichments.splice(0, 1)],
    ['an update that is there twice', /doubled/, ({ enrichments }) => enrichments.push(PUSHED)],
    ['an update that nobody made', /never pushed/, ({ enrichments }) => enrichments.push({ ...PUSHED, metadata: {} })],
    [
      'a loader that enriched twice',
      /doubled: .*first/,
      ({ enrichments }) => enrichments.push(...[1, 2].map((n) => ({ ...TALLY, source: 'first', metadata: { n } }))),
    ],
    ['a cookie that is not settled', /not settled/, (outcome) => (outcome.settled = false)],
    ['a rule that was not applied', /did not apply tallied/, ({ enrichments }) => enrichments.pop()],
    [
      'a rule that was applied twice',
      /applied twice/,
      ({ enrichments }) =>
        enrichments.push({ ...application('always', 'job', 'book'), timestamp: '2026-01-05T06:00:01.000Z' }),
    ],
    [
      'a job with two rulebooks',
      /used the rulebooks/,
      ({ enrichments }) => enrichments.push(application('stop', 'job', 'other')),
    ],
    ['a notification that is not on record', /was to be told/, ({ deliveries }) => deliveries.pop()],
    [
      'a delivery that waits',
      /is waiting/,
      ({ deliveries }) => deliveries.push({ ...deliveries[0], state: 'waiting' } as Delivery),
    ],
    ['a notification that nobody got', /was not received/, ({ receipts }) => receipts.pop()],
    [
      'a notification that nobody sent',
      /does not know/,
      ({ receipts }) =>
        receipts.push({ receiver: 'three', notification: { ...receipts[0]?.notification, id: 'x' } } as Receipt),
    ],
    [
      'a notification with two ids',
      /has the ids/,
      ({ deliveries }) =>
        deliveries.push({ ...deliveries[0], notification: { ...deliveries[0]?.notification, id: 'x' } } as Delivery),
    ],
    [
      'a repeat that says something else',
      /has it otherwise/,
      ({ receipts }) =>
        receipts.push({ receiver: 'one', notification: { ...receipts[0]?.notification, at: 'later' } } as Receipt),
    ],
    [
      'a version that was never saved',
      /never saved/,
      ({ deliveries }) =>
        deliveries.push({
          ...deliveries[0],
          receiver: 'x',
          notification: { ...deliveries[0]?.notification, data: { flags: 1, version: 7 } },
        } as Delivery),
    ],
  ])('finds %s', (_, message, change) => {
    expect(judge(change).violations.join('\n')).toMatch(message);
  });
});
