import * as fc from 'fast-check';
import { formatDuration, parseDuration } from '../../configs/durations.ts';

describe('durations', () => {
  it.each([
    ['5 s', 5000],
    ['30 seconds', 30_000],
    ['4 ms', 4],
    ['5 min', 300_000],
    ['5m', 300_000],
    ['1 h', 3_600_000],
    ['1.5h', 5_400_000],
    ['1.1 s', 1100],
    ['2 days', 172_800_000],
    [' 0 s ', 0],
  ])('%s is %i ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(['', '5', 's', '5 S', '-5 s', '5 s 3 ms', '1e3 s', '0.5 ms', '5 weeks', '.5 s', '99999999999999999 d'])(
    '%j is none',
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );

  it('come back from their text as they were', () => {
    fc.assert(
      fc.property(fc.nat({ max: Number.MAX_SAFE_INTEGER }), (ms) => {
        expect(parseDuration(formatDuration(ms))).toBe(ms);
      }),
    );
  });

  it('mean the same with decimals as in the smaller unit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9_999_999 }), (ms) => {
        expect(parseDuration(`${(ms / 1000).toFixed(3)} s`)).toBe(ms);
      }),
    );
  });
});
