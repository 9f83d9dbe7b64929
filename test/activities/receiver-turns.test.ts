import { NotYetError, ReceiverTurns } from '../../activities/receiver-turns.ts';

/** Time that passes only when it is told to. */
class Clock {
  #now = 0;
  readonly #alarms: { readonly at: number; readonly ring: () => void }[] = [];

  readonly now = () => this.#now;
  readonly wait = async (ms: number) =>
    new Promise<void>((ring) => {
      this.#alarms.push({ at: this.#now + ms, ring });
    });

  async pass(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      await settle();
      const [next] = this.#alarms.filter(({ at }) => at <= end).toSorted((one, other) => one.at - other.at);
      if (next === undefined) break;
      this.#alarms.splice(this.#alarms.indexOf(next), 1);
      this.#now = next.at;
      next.ring();
    }
    this.#now = end;
    await settle();
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

const NOTHING = async () => {};

describe('the turns of a receiver', () => {
  it('are given as fast as configured, and those that would wait long come again when it is theirs', async () => {
    const clock = new Clock();
    const turns = new ReceiverTurns(() => 5, clock);
    const begun: number[] = [];
    const away: number[] = [];
    const comers = Array.from({ length: 10 }, async () =>
      turns
        .take('slow', async () => {
          begun.push(clock.now());
        })
        .catch((error: unknown) => {
          if (!(error instanceof NotYetError)) throw error;
          away.push(error.comeAgainMs);
        }),
    );
    await clock.pass(1_000);
    await Promise.all(comers);
    expect(begun).toEqual([0, 200, 400, 600]);
    expect(away).toEqual([1_000, 1_000, 1_200, 1_400, 1_600, 1_800]);
  });

  it('never come faster than configured, whoever comes when', async () => {
    const clock = new Clock();
    const turns = new ReceiverTurns(() => 2, clock);
    const begun: number[] = [];
    for (let comer = 0; comer < 40; comer++) {
      void turns.take('slow', async () => void begun.push(clock.now())).catch(() => {});
      await clock.pass((comer * 37) % 300);
    }
    await clock.pass(2_000);
    const gaps = begun.slice(1).map((at, index) => at - (begun[index] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(500);
    expect(begun.length).toBeGreaterThan(5);
  });

  it('are bounded in number, each receiver for itself, and handed on as they end', async () => {
    const clock = new Clock();
    const turns = new ReceiverTurns(() => undefined, clock);
    let running = 0;
    let most = 0;
    const call = async () => {
      most = Math.max(most, ++running);
      await clock.wait(10);
      running--;
    };
    const all = Promise.all(Array.from({ length: 100 }, async () => turns.take('busy', call)));
    await clock.pass(5);
    let isOtherServed = false;
    await turns.take('other', async () => {
      isOtherServed = true;
    });
    await clock.pass(200);
    await all;
    expect([isOtherServed, most, running]).toEqual([true, 16, 0]);
  });

  it('are free again after calls that failed, and after comers that were sent away', async () => {
    const clock = new Clock();
    const turns = new ReceiverTurns(() => undefined, clock);
    const failing = async () => {
      await clock.wait(5_000);
      throw new Error('down');
    };
    const first = Array.from({ length: 30 }, async () => turns.take('down', failing).catch(String));
    await clock.pass(6_000);
    const outcomes = await Promise.all(first);
    expect(outcomes.filter((outcome) => outcome === 'Error: down')).toHaveLength(16);
    const again = Promise.all(Array.from({ length: 16 }, async () => turns.take('down', NOTHING)));
    await clock.pass(1);
    await again;
  });

  it('are used up by a backlog of hours, though nobody is sent away for so long', async () => {
    const clock = new Clock();
    const turns = new ReceiverTurns(() => 1, clock);
    let made = 0;
    const deliver = async (): Promise<void> => {
      try {
        await turns.take('slow', NOTHING);
        made++;
      } catch (error) {
        if (!(error instanceof NotYetError)) throw error;
        await clock.wait(error.comeAgainMs);
        await deliver();
      }
    };
    const all = Array.from({ length: 1_500 }, deliver);
    await clock.pass(1.3 * 1_500 * 1_000);
    expect(made).toBe(1_500);
    await Promise.all(all);
  });
});
