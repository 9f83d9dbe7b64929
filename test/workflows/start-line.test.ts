import fc from 'fast-check';
import { StartLine } from '../../workflows/client/start-line.ts';

const turn = async () => new Promise(setImmediate);

describe('StartLine', () => {
  it('runs no more calls at once than allowed, all in the end, of each sort first come first served', async () => {
    const calls = fc.array(fc.record({ waits: fc.nat(3), inBulk: fc.boolean() }), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 5 }), calls, async (limit, asked) => {
        let running = 0;
        let most = 0;
        const begun: number[] = [];
        const line = new StartLine(limit);
        const answers = await Promise.all(
          asked.map(async ({ waits, inBulk }, index) =>
            line.run(inBulk, async () => {
              begun.push(index);
              most = Math.max(most, ++running);
              for (let left = waits; left > 0; left--) await turn();
              running--;
              return index;
            }),
          ),
        );
        expect(answers).toEqual(asked.map((_, index) => index));
        expect(most).toBeLessThanOrEqual(limit);
        for (const sort of [true, false]) {
          const ofSort = begun.filter((index) => asked[index]?.inBulk === sort);
          expect(ofSort).toEqual(ofSort.toSorted((a, b) => a - b));
        }
        const waiting = begun.slice(limit);
        const kinds = waiting.map((index) => asked[index]?.inBulk);
        expect(kinds).toEqual(kinds.toSorted((a, b) => Number(a) - Number(b)));
      }),
      { numRuns: 50 },
    );
  });

  it('frees the place of a call that fails', async () => {
    const line = new StartLine(1);
    const call = async (fails: boolean) =>
      line.run(false, async () => {
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
