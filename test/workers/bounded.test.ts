import fc from 'fast-check';
import { bounded } from '../../workers/bounded.ts';

const turn = async () => new Promise(setImmediate);

describe('bounded', () => {
  it('runs no more calls at once than allowed, all in the end, first come first served', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 5 }), fc.array(fc.nat(3), { maxLength: 30 }), async (limit, turns) => {
        let running = 0;
        let most = 0;
        const begun: number[] = [];
        const call = bounded(limit, async (index: number, waits: number) => {
          begun.push(index);
          most = Math.max(most, ++running);
          for (let left = waits; left > 0; left--) await turn();
          running--;
          return index;
        });
        const answers = await Promise.all(turns.map(async (waits, index) => call(index, waits)));
        const inOrder = turns.map((_, index) => index);
        expect(answers).toEqual(inOrder);
        expect(begun).toEqual(inOrder);
        expect(most).toBeLessThanOrEqual(limit);
      }),
      { numRuns: 30 },
    );
  });

  it('frees the place of a call that fails', async () => {
    const call = bounded(1, async (fails: boolean) => {
      await turn();
      if (fails) throw new Error('no');
      return 'yes';
    });
    const [failed, next] = await Promise.allSettled([call(true), call(false)]);
    expect(failed.status).toBe('rejected');
    expect(next).toEqual({ status: 'fulfilled', value: 'yes' });
    expect(await call(false)).toBe('yes');
  });
});
