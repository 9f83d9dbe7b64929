import { CachedCount } from '../../api/cached-count.ts';
import { Gate } from './gate.ts';

describe('CachedCount', () => {
  let time: number;
  let taken: number;
  let answer: () => Promise<number>;
  const now = () => time;

  beforeEach(() => {
    time = 1000;
    taken = 0;
    answer = async () => taken;
  });

  function counting(): CachedCount {
    return new CachedCount(
      async () => {
        taken += 1;
        return answer();
      },
      { freshMs: 500, staleMs: 60_000, waitMs: 20, now },
    );
  }

  it('takes one count for all who ask while it is taken, and for half a second after', async () => {
    const counted = counting();
    const both = await Promise.all([counted.read(), counted.read()]);
    time += 499;
    expect([...both, await counted.read()]).toEqual(Array.from({ length: 3 }, () => ({ count: 1, takenAt: 1000 })));
  });

  it('takes a new count once half a second has passed', async () => {
    const counted = counting();
    await counted.read();
    time += 500;
    expect(await counted.read()).toEqual({ count: 2, takenAt: 1500 });
  });

  it('answers the last count where none can be had, and tries again at the next request', async () => {
    const counted = counting();
    await counted.read();
    answer = async () => {
      throw new Error('RESOURCE_EXHAUSTED');
    };
    time += 10_000;
    expect(await counted.read()).toEqual({ count: 1, takenAt: 1000 });
    answer = async () => 7;
    expect(await counted.read()).toEqual({ count: 7, takenAt: 11_000 });
  });

  it('answers the last count where a new one takes long, and the new one once it is there', async () => {
    const counted = counting();
    await counted.read();
    const goOn = new Gate();
    answer = async () => {
      await goOn.passed;
      return 7;
    };
    time += 500;
    expect(await counted.read()).toEqual({ count: 1, takenAt: 1000 });
    const waiting = counted.read();
    goOn.open();
    expect(await waiting).toEqual({ count: 7, takenAt: 1500 });
  });

  it('fails where none can be had and the last one is a minute old, or there is none', async () => {
    const counted = counting();
    answer = failing;
    await expect(counted.read()).rejects.toThrow('UNAVAILABLE');
    answer = async () => 3;
    await counted.read();
    answer = failing;
    time += 60_000;
    await expect(counted.read()).rejects.toThrow('UNAVAILABLE');
  });
});

async function failing(): Promise<never> {
  throw new Error('UNAVAILABLE');
}
