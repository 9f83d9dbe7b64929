import fc from 'fast-check';
import { parseDuration as configDuration } from '../../configs/durations.ts';
import { defineReceiver } from '../../index.ts';
import { parseDuration } from '../../rulebook/authoring/duration.ts';
import { collectDefinitions, summaryOf } from '../../rulebook/evaluation/collect-definitions.ts';
import { outlookOf } from '../../rulebook/evaluation/outlook.ts';

type Untyped = ReturnType<typeof JSON.parse>;
const receiver = (retry: unknown): Untyped => ({ id: 'v', receive: () => {}, retry });

describe("a receiver's retry", () => {
  it('is told in numbers', () => {
    const definition = defineReceiver(receiver({ attempts: 3, backoff: '1.5 s', maximumInterval: '2 min' }));
    const { definitions } = collectDefinitions([['v.receiver.ts', { definition }]]);
    const retry = { attempts: 3, backoffMs: 1_500, maximumIntervalMs: 120_000 };
    expect(definitions.map(summaryOf)).toEqual([{ kind: 'receiver', id: 'v', file: 'v.receiver.ts', retry }]);
  });

  it.each([
    [{ attempts: 0 }, `receiver 'v' has 0 as 'attempts' (allowed: a whole number from 1 to 1000000) in 'retry'`],
    [{ attempts: '3' }, `has "3" as 'attempts'`],
    [{ attempts: 1.5 }, `has 1.5 as 'attempts'`],
    [{ backoff: 5 }, `has 5 as 'backoff' (allowed: text with a number and a unit (ms, s, min, h, d), such as "5 s"`],
    [{ backoff: '0 s' }, `has "0 s" as 'backoff'`],
    [{ maximumInterval: '25 d' }, `from 1 ms to 24 d) in 'retry'`],
    [
      { pause: '5 s', backoff: 'soon' },
      `has an unknown property 'pause' (allowed: attempts, backoff, maximumInterval) in 'retry'; has "soon" as 'backoff'`,
    ],
    [[], `as 'retry' (allowed: an object with any of attempts, backoff and maximumInterval)`],
    ['3 times', `has "3 times" as 'retry'`],
    [null, `has null as 'retry'`],
  ])('is refused where it is %j', (retry, message) => {
    expect(() => defineReceiver(receiver(retry))).toThrow(message);
  });

  it('takes the durations that config files take', () => {
    const unit = fc.constantFrom('ms', 's', 'sec', 'seconds', 'm', 'min', 'mins', 'h', 'hr', 'd', 'days', 'w', 'S', '');
    const written = fc.tuple(fc.double({ min: 0, max: 1e6, noNaN: true }), unit).map(([n, u]) => `${n} ${u}`);
    fc.assert(
      fc.property(fc.oneof(written, fc.string()), (text) => {
        expect(parseDuration(text)).toBe(configDuration(text));
      }),
    );
  });
});

describe("what a receiver's error says of further attempts", () => {
  const NOW = Date.parse('2026-01-05T06:00:00Z');

  it.each([
    [{ retryAfter: 30 }, { retryAfterMs: 30_000 }],
    [{ retryAfter: '120' }, { retryAfterMs: 120_000 }],
    [{ retryAfter: 'Mon, 05 Jan 2026 06:01:00 GMT' }, { retryAfterMs: 60_000 }],
    [{ retryAfter: 'Mon, 05 Jan 2026 05:00:00 GMT' }, { retryAfterMs: 0 }],
    [{ retryAfter: 1e12 }, { retryAfterMs: 86_400_000 }],
    [{ retryAfter: -5 }, { retryAfterMs: 0 }],
    [{ retryAfter: NaN }, {}],
    [{ retryAfter: 'soon' }, {}],
    [{ retryAfter: null }, {}],
    [{ retryable: false }, { retryable: false }],
    [{ retryable: true }, {}],
    [{ retryable: 'no' }, {}],
    [new Error('down'), {}],
    ['down', {}],
    [undefined, {}],
  ])('%j', (fault, outlook) => {
    expect(outlookOf(fault, NOW)).toEqual(outlook);
  });

  it('is nothing where looking at it fails', () => {
    const hostile = new Proxy(
      {},
      {
        get() {
          throw new Error('do not look');
        },
      },
    );
    expect(outlookOf(hostile)).toEqual({});
  });
});
