import * as fc from 'fast-check';
import { durationMs, durationText } from '../../periodic/triggers/duration.ts';

describe('a duration', () => {
  it.each([
    [{ seconds: 60 }, 60_000, '1 minute'],
    [{ hours: 1, minutes: 30 }, 5_400_000, '1 hour 30 minutes'],
    [{ days: 1, hours: -1 }, 82_800_000, '23 hours'],
    [{ weeks: 2, milliseconds: 1 }, 1_209_600_001, '14 days 1 millisecond'],
    [{ minutes: 0.5 }, 30_000, '30 seconds'],
    ['1 hour', 3_600_000, '1 hour'],
    [' 90 min ', 5_400_000, '1 hour 30 minutes'],
    ['1 day 02:00:00', 93_600_000, '1 day 2 hours'],
  ])('may be %j', (duration, ms, text) => {
    expect(durationMs(duration)).toBe(ms);
    expect(durationText(ms)).toBe(text);
  });

  it('is told in words that mean the same duration', () => {
    const seconds = fc.integer({ min: 1, max: 36_525 * 24 * 60 * 60 });
    fc.assert(
      fc.property(seconds, (length) => {
        fc.pre(length <= 3650 * 24 * 60 * 60);
        expect(durationMs(durationText(length * 1000))).toBe(length * 1000);
      }),
    );
  });
});
