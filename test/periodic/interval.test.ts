import type { CalendarSpec } from '@temporalio/client';
import * as fc from 'fast-check';
import { IntervalError } from '../../periodic/errors.ts';
import { compileInterval, intervalProblems } from '../../periodic/interval.ts';
import { nextRuns } from '../../periodic/interval/next-runs.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** A Monday. */
const NOW = new Date('2026-01-05T06:00:00Z');

const calendar = (change: CalendarSpec): CalendarSpec => ({ second: 0, minute: 0, hour: 0, ...change });

describe('intervals', () => {
  it.each<[string, CalendarSpec, number, boolean]>([
    ['minutely', { minute: '*', hour: '*' }, MINUTE, true],
    ['minutely after 45', { second: 45, minute: '*', hour: '*' }, 15 * SECOND, false],
    ['minutely before 05', { minute: '*', hour: '*' }, 10 * SECOND, true],
    ['minutely between 50 and 10', { second: 50, minute: '*', hour: '*' }, 20 * SECOND, true],
    ['minutely on 30.000', { second: 30, minute: '*', hour: '*' }, 10 * SECOND, false],
    ['minutely starting 15', { second: 15, minute: '*', hour: '*' }, MINUTE, true],
    ['hourly', { hour: '*' }, HOUR, true],
    ['hourly after 15:30', { second: 30, minute: 15, hour: '*' }, 44.5 * MINUTE, false],
    ['hourly before 15:00', { hour: '*' }, 15 * MINUTE, true],
    ['hourly between 45:00 and 15:00', { minute: 45, hour: '*' }, 30 * MINUTE, true],
    ['hourly on 30:00', { minute: 30, hour: '*' }, MINUTE, false],
    ['hourly starting 10:00', { minute: 10, hour: '*' }, HOUR, true],
    ['daily', {}, DAY, true],
    ['daily after 07:00', { hour: 7 }, 17 * HOUR, false],
    ['daily after 7 AM', { hour: 7 }, 17 * HOUR, false],
    ['daily after 12:30:15 am', { minute: 30, second: 15 }, DAY - 30 * MINUTE - 15 * SECOND, true],
    ['daily after 7:30 PM', { hour: 19, minute: 30 }, 4.5 * HOUR, false],
    ['daily before 07:00', {}, 7 * HOUR, true],
    ['daily before 06:00', {}, 6 * HOUR, false],
    ['daily between 22:00 and 07:00', { hour: 22 }, 9 * HOUR, true],
    ['daily between 10:00 and 10:00', { hour: 10 }, DAY, true],
    ['daily on 23:30', { hour: 23, minute: 30 }, HOUR, false],
    ['daily starting 10:00', { hour: 10 }, DAY, true],
    ['weekly', { dayOfWeek: 'MONDAY' }, 7 * DAY, true],
    ['weekly on monday', { dayOfWeek: 'MONDAY' }, DAY, true],
    ['weekly on Mon 7 AM', { hour: 7, dayOfWeek: 'MONDAY' }, DAY, false],
    ['weekly after Fri 18:00', { hour: 18, dayOfWeek: 'FRIDAY' }, 2.25 * DAY, false],
    ['weekly before Friday', { dayOfWeek: 'MONDAY' }, 5 * DAY, true],
    ['weekly between Fri and Mon', { dayOfWeek: 'FRIDAY' }, 4 * DAY, true],
    ['weekly starting TUE', { dayOfWeek: 'TUESDAY' }, 7 * DAY, true],
    ['monthly', { dayOfMonth: 1 }, 31 * DAY, true],
    ['monthly before the 5th', { dayOfMonth: 1 }, 5 * DAY, true],
    ['monthly after 5.', { dayOfMonth: 5 }, 27 * DAY, true],
    ['monthly on 31st 12:00', { hour: 12, dayOfMonth: 31 }, DAY, false],
    ['monthly between 25th and 5th', { dayOfMonth: 25 }, 12 * DAY, true],
    ['monthly starting 15th 10:00', { hour: 10, dayOfMonth: 15 }, 31 * DAY, true],
  ])('%s begins with its window and may be late until it closes', (text, change, catchupWindowMs, runsAtOnce) => {
    expect(compileInterval(text, 'Asia/Tokyo', new Date('2026-01-04T21:00:00Z'))).toEqual({
      spec: { calendars: [calendar(change)], timezone: 'Asia/Tokyo' },
      catchupWindowMs,
      runsAtOnce,
      exact: true,
      differences: [],
    });
  });

  it.each<[string, number, ...number[]]>([
    ['every 10 s', 10 * SECOND],
    ['every 10 sec', 10 * SECOND],
    ['every 2000 ms', 2 * SECOND],
    ['every 5 m', 5 * MINUTE],
    ['every 1.5 min', 90 * SECOND],
    ['every 1.1 min', 66 * SECOND],
    ['every 2h', 2 * HOUR],
    ['  every  2   hours ', 2 * HOUR],
    ['every 1 h 30 min', 1.5 * HOUR],
    ['every 1 h, 30 min', 1.5 * HOUR],
    ['every 1h30m', 1.5 * HOUR],
    ['every 02:00:00', 2 * HOUR],
    ['every 1 day 02:00:00', DAY + 2 * HOUR],
    ['every 3 days', 3 * DAY],
    ['every -5 min', 5 * MINUTE],
    ['secondly', SECOND],
    ['every 1 week', 7 * DAY, 4 * DAY],
    ['cron @every 1h30m', 1.5 * HOUR],
    ['cron @every 14h/3h', 14 * HOUR, 3 * HOUR],
  ])('%s keeps a grid of %i ms', (text, every, ...[offset]) => {
    const interval = compileInterval(text);
    expect(interval.spec).toEqual({
      intervals: [{ every, ...(offset === undefined ? {} : { offset }) }],
      timezone: 'UTC',
    });
    expect(interval.runsAtOnce).toBe(true);
    expect(interval.differences.length).toBeGreaterThan(0);
    expect(interval.catchupWindowMs).toBe(Math.max(10 * SECOND, Math.min(every, HOUR)));
  });

  it.each([
    ['cron 30', '30 * * * *'],
    ['cron */15 8-18', '*/15 8-18 * * *'],
    ['cron 0 9,12 * jan MON-fri', '0 9,12 * 1 1-5'],
    ['cron 0 9 * * 7', '0 9 * * 0'],
    ['cron 0 9 * * 5-7', '0 9 * * 5-6,0'],
    ['cron 0 22-2 * * *', '0 22-23,0-2 * * *'],
    ['cron 40-10/10', '40,50,0,10 * * * *'],
    ['cron 0 9 28-31 * *', '0 9 28-31 * *'],
  ])('%s is the cron expression %s', (text, expression) => {
    expect(compileInterval(text, 'UTC', NOW)).toMatchObject({
      spec: { cronExpressions: [expression] },
      catchupWindowMs: MINUTE,
      exact: true,
      differences: [],
    });
  });

  it('take day of month and day of week in cron as either, for which Temporal needs two expressions', () => {
    const { spec, exact } = compileInterval('cron 0 9 1,15 * FRI');
    expect(spec.cronExpressions).toEqual(['0 9 1,15 * *', '0 9 * * 5']);
    expect(exact).toBe(true);
  });

  it.each([
    ['cron 5/20 * * * *', '5-45/20 * * * *', 'as Temporal reads it'],
    ['cron 0 0 * * */2', '0 0 * * */2', 'from Monday in Rocketry'],
    ['cron 0 0 * * 1-5/2', '0 0 * * 1-5/2', 'counts one late'],
    ['cron 0 0 */10 * *', '0 0 */10 * *', "stops Rocketry's scheduler"],
    ['cron 0 0 31 * *', '0 0 31 * *', "stops Rocketry's scheduler"],
  ])('%s is read as classic cron, and says what Rocketry does otherwise', (text, expression, difference) => {
    const interval = compileInterval(text, 'UTC', NOW);
    expect(interval).toMatchObject({ spec: { cronExpressions: [expression] }, exact: false });
    expect(interval.differences.join()).toContain(difference);
  });

  it.each([
    ['cron(0 9 * * *)', { cronExpressions: ['0 9 * * *'] }],
    ['cron @weekly', { cronExpressions: ['0 0 * * 0'] }],
    ['cron 0 9 * * * 2027', { cronExpressions: ['0 9 * * * 2027'] }],
    ['cron 30 0 9 * * * *', { cronExpressions: ['30 0 9 * * * *'] }],
    ['daily at 10:00', { calendars: [calendar({ hour: 10 })] }],
    ['yearly', { calendars: [calendar({ dayOfMonth: 1, month: 'JANUARY' })] }],
    ['every 1 month', { calendars: [calendar({ dayOfMonth: 1 })] }],
    [
      'every 3 months',
      { calendars: [calendar({ dayOfMonth: 1, month: { start: 'JANUARY', end: 'OCTOBER', step: 3 } })] },
    ],
  ])('%s is an extension', (text, spec) => {
    const interval = compileInterval(text, 'UTC', NOW);
    expect(interval.spec).toEqual({ ...spec, timezone: 'UTC' });
    expect(interval.differences.join()).toContain('an extension');
  });

  it.each<[string, CalendarSpec[], boolean]>([
    ['daily & time of week between Mon and Fri', [{ dayOfWeek: { start: 'MONDAY', end: 'FRIDAY' } }], true],
    ['daily & ~time of day before 10:00', [{ hour: 10 }], true],
    ['~time of day before 10:00 & daily', [{ hour: 10 }], true],
    [
      'weekly & time of month between 1st and 7th',
      [{ dayOfMonth: 1 }, { dayOfMonth: { start: 2, end: 7 }, dayOfWeek: 'MONDAY' }],
      true,
    ],
    ['monthly & time of week on Mon', [{ dayOfMonth: { start: 1, end: 7 }, dayOfWeek: 'MONDAY' }], true],
    ['cron 0 * * * * & time of day between 08:00 and 18:00', [{ hour: { start: 8, end: 17 } }], true],
    ['daily & (time of day before 09:00 | time of day after 20:00)', [{}], true],
    ['daily & time of day after 08:00 | daily & time of day after 20:00', [{ hour: 8 }], true],
    ['daily before 10:00 | daily after 18:00', [{}, { hour: 18 }], true],
    ['daily after 08:00 | daily after 18:00', [{ hour: 8 }, { hour: 18 }], false],
    ['daily & ~(time of day before 08:00 | time of day after 20:00)', [{ hour: 8 }], true],
    ['~~daily', [{}], true],
    ['~has succeeded today', [{}], false],
    ['~has succeeded this hour', [{ hour: '*' }], false],
    [
      'every 10 min & time of day between 14:00 and 15:00',
      [{ minute: { start: 0, end: 50, step: 10 }, hour: 14 }],
      false,
    ],
  ])('%s is one schedule', (text, calendars, exact) => {
    const interval = compileInterval(text, 'UTC', NOW);
    expect(interval.spec).toEqual({ calendars: calendars.map(calendar), timezone: 'UTC' });
    expect(interval.exact).toBe(exact);
  });

  it('skip what lies outside, where a grid does not divide an hour', () => {
    const { spec, exact } = compileInterval('every 11 min & time of day between 14:00 and 15:00', 'UTC', NOW);
    const hour = [
      { start: 0, end: 13 },
      { start: 15, end: 23 },
    ];
    expect(spec).toMatchObject({ intervals: [{ every: 11 * MINUTE }], skip: [{ second: '*', minute: '*', hour }] });
    expect(exact).toBe(false);
  });

  it('are the union of alternatives of all kinds', () => {
    const { spec, exact, differences } = compileInterval('hourly | every 20 min | cron 5 9', 'UTC', NOW);
    expect(spec).toEqual({
      calendars: [calendar({ hour: '*' })],
      intervals: [{ every: 20 * MINUTE }],
      cronExpressions: ['5 9 * * *'],
      timezone: 'UTC',
    });
    expect(exact).toBe(false);
    expect(differences.join()).toContain('quiets the other');
  });

  it('know the last day of every month', () => {
    const { spec } = compileInterval('monthly on last 18:30', 'UTC', NOW);
    const runs = nextRuns(spec, new Date('2028-01-31T20:00:00Z'), 3).map((run) => run.toISOString());
    expect(runs).toEqual(['2028-02-29T18:30:00.000Z', '2028-03-31T18:30:00.000Z', '2028-04-30T18:30:00.000Z']);
  });

  it('say that they run at once when a window is open', () => {
    const at = (instant: string) => compileInterval('daily after 07:00', 'Europe/London', new Date(instant)).runsAtOnce;
    expect(at('2026-01-05T06:59:59Z')).toBe(false);
    expect(at('2026-01-05T07:00:00Z')).toBe(true);
    expect(at('2026-07-05T06:00:00Z')).toBe(true);
  });

  it('are refused in the words of configuration problems', () => {
    expect(intervalProblems('every hour')).toEqual([
      { path: 'interval', found: '"every hour" (at 6: a number is missing)', allowed: 'e.g. "every 1 hour"' },
    ]);
    expect(intervalProblems('daily')).toEqual([]);
  });

  it('are refused in an unknown time zone', () => {
    expect(() => compileInterval('daily', 'Mars/Olympus')).toThrow(TypeError);
  });

  it('accept every whole number of seconds in every unit that divides it', () => {
    const units = fc.constantFrom(['s', 1] as const, ['min', 60] as const, ['hours', 3600] as const);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9999 }), units, (count, [unit, seconds]) => {
        expect(compileInterval(`every ${count} ${unit}`).spec.intervals).toEqual([{ every: count * seconds * SECOND }]);
      }),
    );
  });

  it('suggest, whatever they refuse, something they accept', () => {
    const words = 'every Every hourly daily weekly after on between and 5 07:00 0 1.5 - s ms min H & | ~ ( ) x Mon 5th';
    const more = [
      'time of day',
      'time of month',
      'cron',
      '* * *',
      '*/5',
      '5/7',
      '@daily',
      "env 'x'",
      'has succeeded',
      ' ',
    ];
    const word = fc.constantFrom(...words.split(' '), ...more);
    fc.assert(
      fc.property(fc.array(word, { maxLength: 8 }), fc.constantFrom(' ', ' ', ''), (chosen, glue) => {
        const text = chosen.join(glue);
        try {
          compileInterval(text, 'UTC', NOW);
        } catch (error) {
          if (!(error instanceof IntervalError)) throw error;
          expect(() => compileInterval(error.nearest, 'UTC', NOW)).not.toThrow();
          expect(error.position).toBeGreaterThanOrEqual(0);
          expect(error.position).toBeLessThanOrEqual(text.length);
        }
      }),
      { numRuns: 500 },
    );
  });
});
