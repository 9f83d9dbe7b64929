import type { Client, ScheduleSpec } from '@temporalio/client';
import * as fc from 'fast-check';
import { IntervalError } from '../../periodic/errors.ts';
import { compileInterval } from '../../periodic/interval.ts';
import { nextRuns } from '../../periodic/interval/next-runs.ts';
import { type TestNamespace, testNamespace } from '../support/temporal.ts';
import { readings } from './reference-reading.ts';

let server: TestNamespace;
let client: Client;
let count = 0;

beforeAll(async () => {
  server = await testNamespace();
  client = server.client();
}, 120_000);

afterAll(async () => server.close());

/** What the server lists as next from a start in the future on, that instant included. */
async function listed(spec: ScheduleSpec, startAt: Date): Promise<string[]> {
  const scheduleId = `interval-${++count}`;
  const handle = await client.schedule.create({
    scheduleId,
    spec: { ...spec, startAt },
    action: { type: 'startWorkflow', workflowType: 'never', taskQueue: 'nobody-listens' },
    state: { paused: true },
  });
  const { info } = await handle.describe();
  await handle.delete();
  return info.nextActionTimes.map((time) => time.toISOString());
}

async function expectSameTimes(text: string, zone: string, start: Date): Promise<void> {
  const { spec } = compileInterval(text, zone, start);
  const times = await listed(spec, start);
  const secondBefore = new Date(start.getTime() - 1000);
  const own = nextRuns(spec, secondBefore, 10).map((time) => time.toISOString());
  expect({ text, zone, start, times: own.slice(0, times.length) }).toEqual({ text, zone, start, times });
  expect(times.length).toBeGreaterThan(0);
}

function isAccepted(text: string): boolean {
  try {
    compileInterval(text);
    return true;
  } catch (error) {
    if (error instanceof IntervalError) return false;
    throw error;
  }
}

const zones = fc.constantFrom(
  'UTC',
  'Europe/London',
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'America/Havana',
);
const [FIRST, LAST] = [Date.UTC(2030, 0, 1) / 1000, Date.UTC(2036, 0, 1) / 1000];
const instants = fc.integer({ min: FIRST, max: LAST }).map((seconds) => new Date(seconds * 1000));

function cronField(min: number, max: number): fc.Arbitrary<string> {
  const value = fc.integer({ min, max });
  const step = fc.integer({ min: 1, max: 9 });
  const part = fc.oneof(
    value.map(String),
    fc.tuple(value, value).map(([a, b]) => `${a}-${b}`),
    fc.tuple(value, value, step).map(([a, b, n]) => `${a}-${b}/${n}`),
    step.map((n) => `*/${n}`),
    fc.tuple(value, step).map(([a, n]) => `${a}/${n}`),
  );
  return fc.oneof(
    { weight: 2, arbitrary: fc.constant('*') },
    { weight: 3, arbitrary: fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(',')) },
  );
}

const crons = fc
  .tuple(cronField(0, 59), cronField(0, 23), cronField(1, 31), cronField(1, 12), cronField(0, 7))
  .map((fields) => `cron ${fields.join(' ')}`);
const spans = fc
  .tuple(fc.integer({ min: 1, max: 500 }), fc.constantFrom('s', 'min', 'h', 'days', 'weeks'))
  .map(([amount, unit]) => `every ${amount} ${unit}`);
const gates = fc.constantFrom(
  'time of day between 22:30 and 04:10',
  '~time of week on Sun',
  'time of month after 25th',
  'time of hour before 20:30',
);
const texts = fc.oneof(
  { weight: 3, arbitrary: readings.map(({ text }) => text) },
  { weight: 3, arbitrary: crons },
  { weight: 1, arbitrary: spans },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom('every 7 min', 'every 20 s', 'every 10 min', 'every 90 min'), gates),
  },
  { weight: 1, arbitrary: fc.tuple(crons, gates) },
);

describe('the next runs of an interval', () => {
  it('are those that a Temporal server lists', async () => {
    const forms = texts.map((text) => (typeof text === 'string' ? text : text.join(' & '))).filter(isAccepted);
    await fc.assert(fc.asyncProperty(forms, zones, instants, expectSameTimes), { numRuns: 100 });
  });

  const changes = [
    ['Europe/London', '2027-03-27T20:00:00Z'],
    ['Europe/London', '2027-10-30T20:00:00Z'],
    ['Europe/Berlin', '2027-10-30T20:00:00Z'],
    ['America/New_York', '2027-03-14T03:00:00Z'],
    ['America/New_York', '2027-11-07T03:00:00Z'],
    ['Australia/Lord_Howe', '2027-04-03T13:00:00Z'],
    ['America/Havana', '2027-03-13T22:00:00Z'],
    ['Antarctica/Troll', '2027-03-27T22:00:00Z'],
  ] as const;

  it.each(changes)('are the same where clocks change in %s after %s', async (zone, start) => {
    const around = ['hourly', 'daily', 'daily after 01:30', 'daily after 02:30', 'weekly on Sun 01:30', 'cron */7 0-3'];
    for (const text of around) await expectSameTimes(text, zone, new Date(start));
    await expectSameTimes('every 11 min & ~time of day between 03:15 and 23:00', zone, new Date(start));
  });

  it('leave out clock times that do not exist', () => {
    const { spec } = compileInterval('daily after 01:30', 'Europe/London');
    const runs = nextRuns(spec, new Date('2027-03-27T12:00:00Z'), 2).map((run) => run.toISOString());
    expect(runs).toEqual(['2027-03-29T00:30:00.000Z', '2027-03-30T00:30:00.000Z']);
  });

  it('are what the server makes of a spec, whose words arrive unchanged', async () => {
    const { spec } = compileInterval('monthly on last & time of day after 18:30', 'Europe/London');
    const times = await listed(spec, new Date('2028-01-31T12:00:00Z'));
    expect(times.slice(0, 4)).toEqual([
      '2028-01-31T18:30:00.000Z',
      '2028-02-29T18:30:00.000Z',
      '2028-03-31T17:30:00.000Z',
      '2028-04-30T17:30:00.000Z',
    ]);
  });
});
