import * as fc from 'fast-check';
import { IntervalError } from '../../periodic/errors.ts';
import { compileInterval, intervalProblems } from '../../periodic/interval.ts';

const SECOND = 1000;
const HOUR = 3600 * SECOND;

function refusal(text: string): IntervalError {
  try {
    compileInterval(text);
  } catch (error) {
    if (error instanceof IntervalError) return error;
    throw error;
  }
  throw new Error(`${text} was accepted`);
}

describe('intervals', () => {
  it.each([
    ['every 10 s', 10 * SECOND],
    ['every 10 sec', 10 * SECOND],
    ['every 1 second', SECOND],
    ['every 5 m', 300 * SECOND],
    ['every 5 min', 300 * SECOND],
    ['every 1.5 min', 90 * SECOND],
    ['every 1.1 min', 66 * SECOND],
    ['every 2h', 2 * HOUR],
    ['every 1 hr', HOUR],
    ['  every  2   hours ', 2 * HOUR],
    ['every 3 days', 72 * HOUR],
  ])('%s repeats every %i ms', (text, every) => {
    expect(compileInterval(text).spec).toEqual({ intervals: [{ every }], timezone: 'UTC' });
  });

  it.each([
    ['minutely', { second: 0, minute: '*', hour: '*' }],
    ['hourly', { second: 0, minute: 0, hour: '*' }],
    ['daily', { second: 0, minute: 0, hour: 0 }],
  ])('%s runs at the start of each window, in its time zone', (text, calendar) => {
    expect(compileInterval(text, 'Asia/Tokyo')).toMatchObject({
      spec: { calendars: [calendar], timezone: 'Asia/Tokyo' },
      runsAtOnce: true,
    });
  });

  it.each([
    ['every 1 s', 10 * SECOND],
    ['minutely', 60 * SECOND],
    ['hourly', HOUR],
    ['daily', HOUR],
    ['every 3 h', HOUR],
  ])('%s makes up for what was missed in the last %i ms', (text, catchupWindowMs) => {
    expect(compileInterval(text).catchupWindowMs).toBe(catchupWindowMs);
  });

  it.each([
    ['', 0, 'hourly'],
    ['Hourly', 0, 'hourly'],
    ['EVERY 5 min', 0, 'every 5 min'],
    ['secondly', 0, 'every 1 s'],
    ['5 min', 0, 'every 5 min'],
    ['yearly', 0, 'hourly'],
    ['daily at 10:00', 6, 'daily'],
    ['hourly & daily', 7, 'hourly'],
    ['every', 5, 'every 1 h'],
    ['every hour', 6, 'every 1 hour'],
    ['every 10', 8, 'every 10 min'],
    ['every 10 Min', 9, 'every 10 min'],
    ['every 10 weeks', 9, 'every 10 min'],
    ['every 10 ms', 9, 'every 10 min'],
    ['every -5 min', 6, 'every 1 h'],
    ['every 0 s', 6, 'every 1 s'],
    ['every 1.6 s', 6, 'every 2 s'],
    ['every 1 h 30 min', 9, 'every 1 h'],
    ['every 99999 days', 6, 'every 3650 days'],
    ['every 1 s & time of day after 10:00', 9, 'every 1 s'],
  ])('%j is refused at %i, with %j as the nearest', (text, position, nearest) => {
    expect(refusal(text)).toMatchObject({ position, nearest });
  });

  it('are refused in the words of configuration problems', () => {
    expect(intervalProblems('every hour')).toEqual([
      { path: 'interval', found: '"every hour" (at 6: a number is missing)', allowed: 'e.g. "every 1 hour"' },
    ]);
    expect(intervalProblems('daily')).toEqual([]);
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
    const word = fc.constantFrom(
      'every',
      'Every',
      'hourly',
      'daily',
      '5',
      '0',
      '1.5',
      '-',
      's',
      'ms',
      'min',
      'H',
      '&',
      '(',
      'x',
      ' ',
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 6 }), fc.constantFrom('', ' '), (words, glue) => {
        const text = words.join(glue);
        try {
          compileInterval(text);
        } catch (error) {
          if (!(error instanceof IntervalError)) throw error;
          expect(() => compileInterval(error.nearest)).not.toThrow();
          expect(error.position).toBeLessThanOrEqual(text.length);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
