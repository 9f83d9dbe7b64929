import { IntervalError } from '../../periodic/errors.ts';
import { compileInterval } from '../../periodic/interval.ts';

const NOW = new Date('2026-01-05T06:00:00Z');

function refusal(text: string): IntervalError {
  try {
    compileInterval(text, 'UTC', NOW);
  } catch (error) {
    if (error instanceof IntervalError) return error;
    throw error;
  }
  throw new Error(`${text} was accepted`);
}

describe('an interval that no schedule can do', () => {
  it.each([
    ['', 0, 'hourly'],
    ['   ', 3, 'hourly'],
    ['Hourly', 0, 'hourly'],
    ['EVERY 5 min', 0, 'every 5 min'],
    ['5 min', 0, 'every 5 min'],
    ['yearly after 5th', 7, 'yearly'],
    ['hourly & daily', 7, 'hourly'],
    ['daily & every 36 hours', 6, 'daily'],
    ['every', 5, 'every 1 h'],
    ['every hour', 6, 'every 1 hour'],
    ['every 10', 8, 'every 10 min'],
    ['every 10 Min', 9, 'every 10 min'],
    ['every 10 ms', 6, 'every 1 s'],
    ['every 10 milliseconds', 6, 'every 1 s'],
    ['every 0 s', 6, 'every 1 s'],
    ['every 500 ms', 6, 'every 1 s'],
    ['every 1.6 s', 6, 'every 2 s'],
    ['every 99999 days', 6, 'every 3650 days'],
    ['every 999999999999 days', 6, 'every 3650 days'],
    [`every ${'9'.repeat(400)} days`, 6, 'every 3650 days'],
    ['every 1:30', 7, 'every 01:30:00'],
    ['every2h', 0, 'every 2h'],
    ['secondly starting 500', 9, 'secondly'],
    ['minutely after 5', 15, 'minutely after 05'],
    ['minutely after 60', 15, 'minutely after 59'],
    ['minutely after 45:00', 15, 'minutely after 45'],
    ['minutely after 30.5', 15, 'minutely after 30'],
    ['hourly after 45', 13, 'hourly after 45:00'],
    ['hourly after 4 quarter', 13, 'hourly after 3 quarter'],
    ['hourly after 0 quarter', 13, 'hourly after 00:00'],
    ['hourly after 15:60', 13, 'hourly after 15:59'],
    ['daily after 7', 12, 'daily after 07:00'],
    ['daily after 25:00', 12, 'daily after 23:00'],
    ['daily after noon', 12, 'daily after 07:00'],
    ['daily before 24:00', 13, 'daily before 00:00'],
    ['daily 10:00', 6, 'daily on 10:00'],
    ['daily after', 6, 'daily on 07:00'],
    ['daily between 08:00', 14, 'daily between 08:00 and 08:00'],
    ['daily between 8 and 10', 14, 'daily between 08:00 and 10:00'],
    ['weekly on Mon,Wed', 13, 'weekly on Mon | weekly on Wed'],
    ['weekly on Mon and Wed', 13, 'weekly on Mon | weekly on Wed'],
    ['weekly on 1', 10, 'weekly on Mon'],
    ['weekly on Mondy', 10, 'weekly on Mon'],
    ['weekly on Mon 7', 14, 'weekly on Mon 07:00'],
    ['monthly on 32nd', 11, 'monthly on 31st'],
    ['monthly on 0th', 11, 'monthly on 1st'],
    ['monthly between 30th and 2nd', 16, 'monthly between 28th and 2nd'],
    ['monthly on first', 11, 'monthly on 1st'],
    ['monthly before 10:00', 15, 'monthly before 1st 10:00'],
    ['daily && hourly', 7, 'daily'],
    ['daily || hourly', 7, 'daily | hourly'],
    ['daily ~ hourly', 6, 'daily'],
    ['daily &', 7, 'daily'],
    ['& daily', 0, 'daily'],
    ['(daily', 0, '(daily)'],
    ['daily)', 5, 'daily'],
    ['()', 1, 'hourly'],
    ['daily (hourly)', 6, 'daily'],
    ['~daily', 1, 'daily'],
    ['~every 10 min', 1, 'every 10 min'],
    ['time of day after 10:00', 0, 'daily & time of day after 10:00'],
    [
      'time of hour before 15:00 | time of day after 10:00',
      0,
      'hourly & (time of hour before 15:00 | time of day after 10:00)',
    ],
    ['daily | time of day after 10:00', 6, 'daily'],
    ['time of day on 10:00', 12, 'daily & time of day after 10:00'],
    ['time of year after Jan', 8, 'daily & time of day after 07:00'],
    ['daily & time of month between 30th and 2nd', 30, 'daily & time of month between 28th and 2nd'],
    ['daily & time of day aftr 10:00', 20, 'daily & time of day after 10:00'],
    ['true', 0, 'every 1 min'],
    ['always true', 0, 'every 1 min'],
    ['always', 0, 'hourly'],
    ['never', 0, 'hourly'],
    ['past 2 hours', 0, 'every 2 hours'],
    ["after task 'x'", 0, 'every 1 min'],
    ["after tasks 'a', 'b' failed", 0, 'every 1 min'],
    ["daily & after any tasks 'a' finished", 8, 'daily'],
    ["task 'x' has succeeded today", 0, 'daily'],
    ['has succeeded today', 0, '~has succeeded today'],
    ['has failed past 2 hours', 0, 'every 2 hours'],
    ['~has failed today', 1, 'daily'],
    ["while task 'x' is running", 0, 'hourly'],
    ['scheduler started 5 min ago', 0, 'hourly'],
    ['scheduler has more than 5 cycles', 0, 'hourly'],
    ["daily & env 'prod'", 8, 'daily'],
    ["daily & time of day after 10:00 & param 'p' exists", 34, 'daily & time of day after 10:00'],
    ['retry 3', 0, 'hourly'],
    ['running', 0, 'hourly'],
    ['crontime 0 9 * * *', 0, 'cron 0 9 * * *'],
    ['cron', 4, 'cron 0 * * * *'],
    ['cron 60 * * * *', 5, 'cron 59 * * * *'],
    ['cron 0 24', 7, 'cron 0 23'],
    ['cron 0 9 L * *', 9, 'cron 0 9 * * *'],
    ['cron 0 9 * * FRI#2', 13, 'cron 0 9 * * FRI'],
    ['cron 0 9 15W * *', 9, 'cron 0 9 15 * *'],
    ['cron 0 9 ? * MON', 9, 'cron 0 9 * * MON'],
    ['cron 0 9 * * * * * *', 19, 'cron 0 9 * * *'],
    ['cron 0 9 * * MOON', 13, 'cron 0 9 * * *'],
    ['cron */0', 7, 'cron *'],
    ['cron 0 0 30 2 *', 0, 'hourly'],
    ['cron @reboot', 5, 'cron @daily'],
    ['cron @every 5x', 12, 'cron @every 1h'],
    ['@daily', 0, 'cron @daily'],
    ['0 9 * * *', 0, 'cron 0 9 * * *'],
    ['cron(0 9 * *', 4, 'cron(0 9 * *)'],
    ['every 5 months', 6, 'every 4 months'],
    ['daily before 08:00 & time of day after 09:00', 0, 'daily & time of day after 09:00'],
    ['every 11 min & time of day after 10:00 | daily', 0, 'every 11 min'],
    ['every 7 s & time of month on 31st', 0, 'every 8 s & time of month on 31st'],
    ['gibberish', 0, 'hourly'],
    ['daily after 07:00:00.5', 12, 'daily after 07:00'],
    ['cron 0 9 * * * & time of day after 10:00', 0, 'daily & time of day after 10:00'],
    ['weekly on', 7, 'weekly on Mon'],
    ['cron 0 9 * * * 2030 & time of day after 08:00', 0, 'cron 0 9 * * * & time of day after 08:00'],
    ['cron(0 9 * * *', 4, 'cron(0 9 * * *)'],
    ['daily at noon', 9, 'daily at 07:00'],
    ['monthly on last 7', 16, 'monthly on last 07:00'],
    ['every week', 6, 'every 1 week'],
    ['every day', 6, 'every 1 day'],
    ['every 2 hours & time of day between 09:00 and 10:00', 0, 'every 1 h & time of day between 09:00 and 10:00'],
    ['cron 0 0 * * * 2020', 0, 'hourly'],
  ])('%j is refused at %i, with %j as the nearest', (text, position, nearest) => {
    const error = refusal(text);
    expect({ position: error.position, nearest: error.nearest }).toEqual({ position, nearest });
    expect(error.reason).not.toBe('');
    expect(() => compileInterval(error.nearest, 'UTC', NOW)).not.toThrow();
  });

  it('is refused with a message that names it, the place, the reason and the nearest form', () => {
    expect(refusal('daily after 7').message).toBe(
      'interval "daily after 7", at 12: a bare number is a day of the month to Rocketry; a time of day has a colon, or AM or PM; nearest is "daily after 07:00"',
    );
  });

  it('is refused at any length', () => {
    for (const text of ['('.repeat(5000), '~'.repeat(1999), `daily${' & time of day after 10:00'.repeat(70)} x`])
      expect(() => compileInterval(text)).toThrow(IntervalError);
  });
});
