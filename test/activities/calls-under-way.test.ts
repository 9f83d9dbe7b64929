import { setImmediate } from 'node:timers/promises';
import { MockActivityEnvironment } from '@temporalio/testing';
import { CallsUnderWay } from '../../activities/calls-under-way.ts';
import { until } from '../support/ground.ts';

/** A call whose end the test decides, and how often it was begun. */
class Work {
  begun = 0;
  end: (outcome: string) => void = () => {};
  fail: (error: Error) => void = () => {};

  readonly start = async (): Promise<string> => {
    this.begun++;
    return new Promise<string>((resolve, reject) => {
      this.end = resolve;
      this.fail = reject;
    });
  };
}

const local = () => new MockActivityEnvironment({ isLocal: true });
const regular = () => new MockActivityEnvironment({ isLocal: false });

describe('CallsUnderWay', () => {
  it('gives a local activity the outcome of a quick call, and begins the next one anew', async () => {
    const calls = new CallsUnderWay<string>();
    let begun = 0;
    const quick = async () => `outcome ${++begun}`;
    expect(await local().run(async () => calls.wait('key', quick))).toBe('outcome 1');
    expect(await local().run(async () => calls.wait('key', quick))).toBe('outcome 2');
  });

  it('lets a local activity go on slowly, and a regular one join the same call while it runs', async () => {
    const calls = new CallsUnderWay<string>();
    const work = new Work();
    expect(await local().run(async () => calls.wait('key', work.start))).toEqual({ slow: true });
    const joined = regular().run(async () => calls.wait('key', work.start));
    work.end('done');
    expect(await joined).toBe('done');
    expect(work.begun).toBe(1);
  });

  it('keeps the outcome of a call left alone for the regular activity that comes for it, and gives it away once', async () => {
    const calls = new CallsUnderWay<string>();
    const work = new Work();
    await local().run(async () => calls.wait('key', work.start));
    work.end('done meanwhile');
    expect(await regular().run(async () => calls.wait('key', work.start))).toBe('done meanwhile');
    const again = regular().run(async () => calls.wait('key', work.start));
    work.end('done anew');
    expect(await again).toBe('done anew');
    expect(work.begun).toBe(2);
  });

  it('hands a failure on once, so that the next attempt is a new call', async () => {
    const calls = new CallsUnderWay<string>();
    const work = new Work();
    const failing = regular().run(async () => calls.wait('key', work.start));
    work.fail(new Error('no flour'));
    await expect(failing).rejects.toThrow('no flour');
    const again = regular().run(async () => calls.wait('key', work.start));
    work.end('baked');
    expect(await again).toBe('baked');
  });

  it('keeps no failure of a call left alone where it may have been mended since', async () => {
    const calls = new CallsUnderWay<string>({ keepsFailures: false });
    const work = new Work();
    await local().run(async () => calls.wait('key', work.start));
    work.fail(new Error('no flour'));
    await setImmediate();
    expect(await regular().run(async () => calls.wait('key', async () => 'baked'))).toBe('baked');
  });

  it('leaves the call of a cancelled attempt, which goes on, to the attempt after it', async () => {
    const calls = new CallsUnderWay<string>();
    const work = new Work();
    const first = regular();
    const lost = first.run(async () => calls.wait('key', work.start));
    first.cancel('TIMED_OUT');
    await expect(lost).rejects.toThrow('TIMED_OUT');
    const next = regular().run(async () => calls.wait('key', work.start));
    work.end('done');
    expect(await next).toBe('done');
    expect(work.begun).toBe(1);
  });

  it('begins a call anew for every local activity where outcomes grow old', async () => {
    const calls = new CallsUnderWay<string>({ localsJoin: false });
    const stale = new Work();
    await local().run(async () => calls.wait('key', stale.start));
    stale.end('stale');
    expect(await local().run(async () => calls.wait('key', async () => 'fresh'))).toBe('fresh');
  });

  it('leaves the newest call to the regular activity where outcomes grow old', async () => {
    const calls = new CallsUnderWay<string>({ localsJoin: false });
    const [older, newer] = [new Work(), new Work()];
    await local().run(async () => calls.wait('key', older.start));
    await local().run(async () => calls.wait('key', newer.start));
    older.end('old');
    newer.end('new');
    expect(await regular().run(async () => calls.wait('key', async () => 'another'))).toBe('new');
  });

  describe('a call that was left', () => {
    /** Leaves a call that ends only then. @returns what is told of it */
    async function leave(calls: CallsUnderWay<string>): Promise<string[]> {
      const [work, told]: [Work, string[]] = [new Work(), []];
      await local().run(async () => calls.wait('key', work.start, (outcome) => told.push(outcome)));
      work.end('done');
      return told;
    }

    it('is told of, once, where nobody comes for its outcome', async () => {
      const told = await leave(new CallsUnderWay<string>({ unclaimedAfterMs: 50 }));
      expect(told).toEqual([]);
      await until(() => told.length > 0, 'the outcome to be told');
      expect(told).toEqual(['done']);
    });

    it('is not told of where somebody came for it', async () => {
      const calls = new CallsUnderWay<string>({ unclaimedAfterMs: 200 });
      const told = await leave(calls);
      expect(await regular().run(async () => calls.wait('key', async () => 'another'))).toBe('done');
      const others = await leave(calls);
      await until(() => others.length > 0, 'the outcome of the call after it to be told');
      expect(told).toEqual([]);
    });
  });

  it('keeps calls of other names apart', async () => {
    const calls = new CallsUnderWay<string>();
    const [one, other] = [new Work(), new Work()];
    const both = Promise.all([
      regular().run(async () => calls.wait('one', one.start)),
      regular().run(async () => calls.wait('other', other.start)),
    ]);
    one.end('1');
    other.end('2');
    expect(await both).toEqual(['1', '2']);
  });
});
