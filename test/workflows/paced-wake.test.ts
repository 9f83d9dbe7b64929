import { setImmediate } from 'node:timers/promises';
import { Governor } from '../../workflows/client/governor.ts';
import { pacedBy } from '../../workflows/client/paced-wake.ts';
import type { WakeCookie } from '../../workflows/client/wake.ts';
import { WakeKind } from '../../workflows/messages.ts';

const MANY = { inBulk: true } as const;

/** A Temporal that takes wakes only when it is told to. */
class SlowTemporal {
  readonly asked: { readonly identifier: string; readonly answer: (failure?: Error) => void }[] = [];

  wake: WakeCookie = async (identifier) =>
    new Promise((resolve, reject) => {
      this.asked.push({ identifier, answer: (failure) => (failure === undefined ? resolve() : reject(failure)) });
    });

  async answerAll(): Promise<void> {
    for (const { answer } of this.asked.splice(0)) answer();
    await setImmediate();
  }
}

describe('a paced wake', () => {
  let temporal: SlowTemporal;
  let underWay: number;
  let wake: WakeCookie;

  beforeEach(() => {
    temporal = new SlowTemporal();
    underWay = 0;
    const governor = new Governor({ read: async () => ({ underWay, limit: 100 }), pause: async () => setImmediate() });
    wake = pacedBy(governor, temporal.wake);
  });

  async function inBulk(count: number): Promise<void> {
    const names = Array.from({ length: count }, (_, index) => `/c/${index}`);
    for (const name of names) void wake(name, WakeKind.Enriched, MANY);
    await turns();
  }

  it('has at most 20 starts in flight, and comes to all of them', async () => {
    await inBulk(50);
    const sizes: number[] = [];
    while (temporal.asked.length > 0) {
      sizes.push(temporal.asked.length);
      await temporal.answerAll();
    }
    expect(sizes).toEqual([20, 20, 10]);
  });

  it('hands a single wake over before all that came in bulk', async () => {
    await inBulk(40);
    void wake('/urgent', WakeKind.Reprocess);
    await temporal.answerAll();
    expect(temporal.asked[0]?.identifier).toBe('/urgent');
    while (temporal.asked.length > 0) await temporal.answerAll();
  });

  it('has bulk wait while enough is under way, but nobody else', async () => {
    underWay = 100;
    await inBulk(3);
    void wake('/single', WakeKind.Enriched);
    await turns();
    expect(temporal.asked.map(({ identifier }) => identifier)).toEqual(['/single']);
    underWay = 0;
    while (temporal.asked.length < 4) await setImmediate();
  });

  it('ends the waiting at once where it is called off', async () => {
    underWay = 100;
    const stop = new AbortController();
    const waiting = wake('/c', WakeKind.Enriched, { ...MANY, signal: stop.signal });
    stop.abort(new Error('the worker process ends'));
    await expect(waiting).rejects.toThrow('the worker process ends');
  });
});

async function turns(): Promise<void> {
  for (let left = 10; left > 0; left--) await setImmediate();
}
