import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { Governor } from '../../workflows/client/governor.ts';
import { VirtualTime } from '../support/virtual-time.ts';

/** Cookies under way: each takes its time, and is seen by a count only a moment after it began, and after it ended. */
class Installation {
  readonly time = new VirtualTime();
  readonly #cookies: { readonly from: number; readonly to: number }[] = [];
  readonly #lagMs: number;
  most = 0;

  constructor(lagMs: number) {
    this.#lagMs = lagMs;
  }

  begin(takesMs: number): void {
    this.#cookies.push({ from: this.time.now, to: this.time.now + takesMs });
    this.most = Math.max(this.most, this.underWay());
  }

  underWay(at: number = this.time.now): number {
    return this.#cookies.filter(({ from, to }) => from <= at && at < to).length;
  }

  governor(limit: number): Governor {
    return new Governor({
      read: async () => ({ underWay: this.underWay(this.time.now - this.#lagMs), limit }),
      now: () => this.time.now,
      pause: this.time.pause,
    });
  }
}

describe('Governor', () => {
  it('admits all in the end and never has more under way than allowed, though what it counts is a moment old', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 0, max: 90 }),
        fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 80 }),
        async (limit, lagMs, cookies) => {
          const installation = new Installation(lagMs);
          const governor = installation.governor(limit);
          let begun = 0;
          for (const takesMs of cookies) {
            void (async () => {
              await governor.admit();
              begun++;
              installation.begin(takesMs);
            })();
          }
          await installation.time.pass(cookies.length * 4000);
          expect(begun).toBe(cookies.length);
          expect(installation.most).toBeLessThanOrEqual(limit);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('keeps several processes together near the limit: each passes it by what it begins between two looks', async () => {
    const installation = new Installation(50);
    const governors = [1, 2, 3].map(() => installation.governor(20));
    for (const governor of governors) {
      for (let n = 0; n < 100; n++) void governor.admit().then(() => installation.begin(500));
    }
    await installation.time.pass(60_000);
    expect(installation.underWay()).toBe(0);
    expect(installation.most).toBeLessThanOrEqual(60);
  });

  it('keeps those busy who work: on average more than half of what is allowed is under way while others wait', async () => {
    const installation = new Installation(20);
    const governor = installation.governor(30);
    const isBegun = () => begun === 600;
    let begun = 0;
    for (let n = 0; n < 600; n++) {
      void (async () => {
        await governor.admit();
        begun++;
        installation.begin(300 + ((n * 37) % 700));
      })();
    }
    const seen: number[] = [];
    while (!isBegun()) {
      await installation.time.pass(50);
      seen.push(installation.underWay());
    }
    expect(seen.reduce((sum, count) => sum + count, 0) / seen.length).toBeGreaterThan(15);
  });

  it('counts what begins without asking, as long as a count may not show it', async () => {
    const installation = new Installation(100);
    const governor = installation.governor(5);
    for (let n = 0; n < 5; n++) {
      governor.note();
      installation.begin(1000);
    }
    let admitted = false;
    void governor.admit().then(() => (admitted = true));
    await installation.time.pass(900);
    expect(admitted).toBe(false);
    await installation.time.pass(1000);
    expect(admitted).toBe(true);
  });

  it('lets one through now and then where nobody can say how much is under way, to find out why', async () => {
    const time = new VirtualTime();
    let down = true;
    const governor = new Governor({
      read: async () => {
        if (down) throw new Error('no Temporal');
        return { underWay: 0, limit: 100 };
      },
      now: () => time.now,
      pause: time.pause,
    });
    let admitted = 0;
    for (let n = 0; n < 50; n++) void governor.admit().then(() => admitted++);
    await time.pass(5000);
    expect(admitted).toBeGreaterThanOrEqual(5);
    expect(admitted).toBeLessThanOrEqual(7);
    down = false;
    await time.pass(2000);
    expect(admitted).toBe(50);
  });

  it('lets go at once of those who are called off, and admits the others in their order', async () => {
    const installation = new Installation(0);
    const governor = installation.governor(1);
    const order: string[] = [];
    const enter = async (name: string, signal?: AbortSignal) => {
      await governor.admit(signal);
      order.push(name);
      installation.begin(100);
    };
    const stop = new AbortController();
    void enter('first');
    const off = enter('called off', stop.signal);
    void enter('second');
    await turn();
    stop.abort(new Error('the worker process ends'));
    await expect(off).rejects.toThrow('the worker process ends');
    await expect(governor.admit(stop.signal)).rejects.toThrow('the worker process ends');
    await installation.time.pass(3000);
    expect(order).toEqual(['first', 'second']);
  });
});
