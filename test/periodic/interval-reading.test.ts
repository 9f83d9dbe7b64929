import * as fc from 'fast-check';
import { IntervalError } from '../../periodic/errors.ts';
import { compileInterval, type CompiledInterval } from '../../periodic/interval.ts';
import { nextRuns } from '../../periodic/interval/next-runs.ts';
import { LOOK, readings, runsBetween } from './reference-reading.ts';

const DAY = 1440;
/** Longer than any window, so that the reference has its history when the comparison begins. */
const BEFORE = 70 * DAY;
const instants = fc
  .integer({ min: Date.UTC(2026, 0, 1) / 60_000 / LOOK, max: Date.UTC(2036, 0, 1) / 60_000 / LOOK })
  .map((looks) => looks * LOOK);

function compiled(text: string, at: number): CompiledInterval | undefined {
  try {
    return compileInterval(text, 'UTC', new Date(at * 60_000));
  } catch (error) {
    if (error instanceof IntervalError && error.reason === 'this never comes') return undefined;
    throw error;
  }
}

describe('intervals, beside a reading that looks at the clock again and again,', () => {
  it('run at the same times', () => {
    fc.assert(
      fc.property(readings, instants, fc.integer({ min: 1, max: 60 }), (reading, from, days) => {
        const to = from + days * DAY;
        const interval = compiled(reading.text, from);
        // An alternative that never comes is refused, whatever the other does.
        fc.pre(interval === undefined ? reading.union !== true : interval.exact);
        const expected = runsBetween(reading, from - BEFORE, to).filter((run) => run > from);
        const spec = interval?.spec;
        const found = spec === undefined ? [] : nextRuns(spec, new Date(from * 60_000), expected.length + 1);
        const minutes = found.map((run) => run.getTime() / 60_000).filter((run) => run < to);
        expect(minutes).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  it('run at once where that would, without a history', () => {
    fc.assert(
      fc.property(readings, instants, (reading, at) => {
        const interval = compiled(reading.text, at);
        fc.pre(interval !== undefined);
        expect(interval?.runsAtOnce).toBe(reading.isTrue(at, undefined));
      }),
      { numRuns: 60 },
    );
  });
});
