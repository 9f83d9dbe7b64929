import { setImmediate } from 'node:timers/promises';
import { WakeDesk } from '../../api/wake-desk.ts';
import { WakeKind } from '../../workflows/messages.ts';

/** A Temporal that takes wakes only when it is told to. */
class SlowTemporal {
  readonly asked: { readonly identifier: string; readonly answer: (failure?: Error) => void }[] = [];

  wake = async (identifier: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const answer = (failure?: Error) => (failure === undefined ? resolve() : reject(failure));
      this.asked.push({ identifier, answer });
    });

  async answerAll(): Promise<void> {
    for (const { answer } of this.asked.splice(0)) answer();
    await setImmediate();
  }
}

describe('WakeDesk', () => {
  let temporal: SlowTemporal;
  let time: number;
  let desk: WakeDesk;

  beforeEach(() => {
    temporal = new SlowTemporal();
    time = 1000;
    desk = new WakeDesk(temporal.wake, () => time);
  });

  function enriched(count: number): Promise<void>[] {
    return Array.from({ length: count }, async (_, index) => desk.wake(`/c/${index}`, WakeKind.Enriched));
  }

  it('counts cookies whose wake is accepted and not started, each once, beside the running ones', async () => {
    const all = [...enriched(30), desk.wake('/c/0', WakeKind.Enriched)];
    expect(desk.queueLength(4, time)).toBe(34);
    while (temporal.asked.length > 0) await temporal.answerAll();
    await Promise.all(all);
  });

  it('goes on counting started ones until a count of workflows that must show them', async () => {
    const all = Promise.all(enriched(3));
    time = 2000;
    await temporal.answerAll();
    await all;
    expect(desk.queueLength(0, 1999)).toBe(3);
    expect(desk.queueLength(5, 2000)).toBe(5);
    expect(desk.queueLength(0, 2001)).toBe(0);
  });

  it('tells the one who asked when a wake fails, counts it no longer, and goes on with others', async () => {
    const [failing, ...others] = enriched(25);
    temporal.asked[0]?.answer(new Error('no Temporal'));
    await expect(failing).rejects.toThrow('no Temporal');
    expect(desk.queueLength(0, time)).toBe(24);
    while (temporal.asked.length > 0) await temporal.answerAll();
    await Promise.all(others);
  });
});
