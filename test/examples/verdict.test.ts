import { expectedOutcome } from '../../examples/sequencing-centre/demo/expected-outcome.ts';
import type { PlannedObject } from '../../examples/sequencing-centre/demo/planned-object.ts';
import { type Evidence, isAsExpected, verdictOf } from '../../examples/sequencing-centre/demo/verdict.ts';
import type { ZoneObject } from '../../examples/sequencing-centre/demo/zone-contents.ts';
import { Cookie } from '../../cookiejar/cookie.ts';
import type { JsonObject } from '../../cookiejar/json.ts';

const SINCE = 1000;
const LISTED = '/seq/1/1_1#1.cram';
const GONE = '/seq/1/1_1#2.cram';
const OLD = '/seq/1/1_1#3.cram';

function planned(path: string, ...more: PlannedObject['events']): PlannedObject {
  return { path, events: [{ kind: 'created', at: 0, checksum: 'c' }, ...more] };
}

const qc = { kind: 'described', at: 0.5, avus: [{ attribute: 'manual_qc', value: '1' }] } as const;
const plan = [
  planned(LISTED, qc),
  planned(GONE, qc, { kind: 'removed', at: 0.9 }),
  { path: OLD, events: [{ kind: 'created', at: -1, checksum: 'c' }] } as const,
];

function zoneObject(modified = SINCE): ZoneObject {
  return {
    dataId: '1',
    replicas: new Map([[0, { checksum: 'c', good: true, modified }]]),
    avus: modified < SINCE ? [] : [{ attribute: 'manual_qc', value: '1', modified: SINCE + 5 }],
  };
}

const brought = { number: 0, checksum: 'c', up_to_date: true };

function cookieOf(path: string, updates: readonly Partial<Record<string, JsonObject[string]>>[], ...rules: string[]) {
  const enrichments = [
    ...updates.map((update) => ({
      source: 'irods_update',
      metadata: { data_id: '1', modified_metadata: {}, modified_replicas: [], ...update } as JsonObject,
    })),
    ...rules.map((rule) => ({ source: 'rule_application', metadata: { rule_id: rule, job: 'j' } })),
  ];
  const stamped = enrichments.map((one, index) => ({ ...one, timestamp: new Date(index * 1000).toISOString() }));
  return { cookie: new Cookie(path, stamped), settled: true };
}

const whole = [{ modified_replicas: [brought] }, { modified_metadata: { manual_qc: ['1'] } }];
const listing = (path: string, delivered = true) => ({
  receiver: 'object-list',
  about: 'object_to_list',
  identifier: path,
  delivered,
});

const good: Evidence = {
  expected: plan.map(expectedOutcome),
  zone: new Map([
    [LISTED, zoneObject()],
    [OLD, zoneObject(SINCE - 500)],
  ]),
  since: SINCE,
  cookies: [cookieOf(LISTED, whole, 'everything-else')],
  deliveries: [listing(LISTED)],
  list: [LISTED],
};

describe('the verdict of the demo', () => {
  it('is good where everything came once, and sums it up', () => {
    const verdict = verdictOf(good);
    expect(verdict).toEqual({
      totals: [
        { name: 'objects in the zone', found: 2, expected: 2 },
        { name: 'cookies of them', found: 1, expected: 1 },
        { name: 'settled', found: 1, expected: 1 },
      ],
      rules: [{ name: 'everything-else', found: 1, expected: 1 }],
      receivers: [{ name: 'object-list', found: 1, expected: 1 }],
      faults: [],
    });
    expect(isAsExpected(verdict)).toBe(true);
  });

  it('leaves open what became of an object that is gone, but for what it could never come to', () => {
    const without = good.cookies;
    expect(isAsExpected(verdictOf({ ...good, cookies: [...without, cookieOf(GONE, [])] }))).toBe(true);
    const listed = {
      ...good,
      cookies: [...without, cookieOf(GONE, whole, 'everything-else')],
      deliveries: [listing(LISTED), listing(GONE)],
      list: [LISTED, GONE],
    };
    expect(isAsExpected(verdictOf(listed))).toBe(true);
    const stopped = { ...good, cookies: [...without, cookieOf(GONE, whole, 'failed-qc')] };
    expect(verdictOf(stopped).faults).toEqual([`${GONE}: failed-qc was applied`]);
  });

  it.each([
    ['a cookie that is missing', { cookies: [] }, [/there is no cookie/]],
    [
      'a cookie that is not settled',
      { cookies: [{ ...cookieOf(LISTED, whole, 'everything-else'), settled: false }] },
      [/is not settled/],
    ],
    ['a cookie of nothing', { cookies: [...good.cookies, cookieOf('/seq/none', [])] }, [/no object that ever was/]],
    [
      'a cookie of what nothing happened to',
      { cookies: [...good.cookies, cookieOf(OLD, [])] },
      [/though nothing happened/],
    ],
    [
      'a wrong rule',
      { cookies: [cookieOf(LISTED, whole, 'failed-qc')] },
      [/failed-qc was applied/, /everything-else was not applied/],
    ],
    [
      'an AVU that was lost',
      { cookies: [cookieOf(LISTED, whole.slice(0, 1), 'everything-else')] },
      [/manual_qc = 1 was lost/],
    ],
    [
      'an AVU that came twice',
      { cookies: [cookieOf(LISTED, [...whole, ...whole], 'everything-else')] },
      [/manual_qc = 1 came 2 times/],
    ],
    [
      'an AVU of no object',
      { cookies: [cookieOf(LISTED, [...whole, { modified_metadata: { a: ['b'] } }], 'everything-else')] },
      [/a = b is not in the catalogue/],
    ],
    [
      'a replica that is not as it is now',
      {
        cookies: [
          cookieOf(LISTED, [...whole, { modified_replicas: [{ ...brought, up_to_date: false }] }], 'everything-else'),
        ],
      },
      [/replica 0 is not as the catalogue has it/],
    ],
    [
      'a replica that is nowhere',
      {
        cookies: [cookieOf(LISTED, [...whole, { modified_replicas: [{ ...brought, number: 7 }] }], 'everything-else')],
      },
      [/replica 7 is not in the catalogue/],
    ],
    [
      'another object under its path',
      { cookies: [cookieOf(LISTED, [...whole, { data_id: '2' }], 'everything-else')] },
      [/is of the object 2/],
    ],
    [
      'a notification that nobody got',
      { deliveries: [listing(LISTED, false)], list: [] },
      [/object-list did not get it/],
    ],
    ['an object listed twice', { list: [LISTED, LISTED] }, [/is listed 2 times/]],
    ['an object that the list lacks', { list: [] }, [/is not in the list/]],
    ['an object that the list should lack', { list: [LISTED, OLD] }, [/is in the list for no reason/]],
  ] as const)('is bad for %s', (_, change, faults) => {
    const verdict = verdictOf({ ...good, ...(change as Partial<Evidence>) });
    expect(isAsExpected(verdict)).toBe(false);
    expect(verdict.faults).toHaveLength(faults.length);
    for (const [index, fault] of faults.entries()) expect(verdict.faults[index]).toMatch(fault);
  });

  it('is bad for a notification that was made twice', () => {
    const verdict = verdictOf({ ...good, deliveries: [listing(LISTED), listing(LISTED)] });
    expect(verdict.receivers).toEqual([{ name: 'object-list', found: 2, expected: 1 }]);
    expect(isAsExpected(verdict)).toBe(false);
  });
});
