import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { Pace, paceMemory } from '../../pacing/pace.ts';
import { VirtualTime } from '../support/virtual-time.ts';

function virtualPace(time: VirtualTime, perSecond: number, burst?: number, memory?: SharedArrayBuffer): Pace {
  return new Pace({
    perSecond,
    ...(burst === undefined ? {} : { burst }),
    ...(memory === undefined ? {} : { memory }),
    now: () => BigInt(Math.round(time.now * 1e6)),
    wait: time.pause,
  });
}

describe('Pace', () => {
  it('never gives more turns in any stretch of time than fit, and none later than it must', async () => {
    const pauses = fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 25 });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 10 }),
        pauses,
        async (perSecond, burst, waits) => {
          const time = new VirtualTime();
          const pace = virtualPace(time, perSecond, burst);
          const asked: number[] = [];
          const given: number[] = [];
          for (const wait of waits) {
            asked.push(time.now);
            void pace.turn().then(() => given.push(time.now));
            await time.pass(wait);
          }
          await time.pass(waits.length * 1000);
          expect(given).toHaveLength(waits.length);
          const interval = 1000 / perSecond;
          // Timers count in whole milliseconds: what comes late by a part of one leaves the next that much closer.
          for (const [first, from] of given.entries()) {
            for (const [behind, upTo] of given.slice(first).entries()) {
              expect(behind + 1).toBeLessThanOrEqual(burst + (upTo - from + 1) / interval + 0.01);
            }
          }
          // A millisecond for the timer of each, which counts in whole ones.
          const latest = asked.map((at, index) => {
            const before = asked.slice(0, index + 1);
            return Math.max(at, ...before.map((from, nth) => from + (index - nth + 1 - burst) * interval));
          });
          for (const [index, at] of given.entries()) expect(at).toBeLessThanOrEqual((latest[index] ?? 0) + 1.01);
        },
      ),
      { numRuns: 50, examples: [[43, 1, [0, 0, 0]]] },
    );
  });

  it('does not make up for a rest with more than its burst', async () => {
    const time = new VirtualTime();
    const pace = virtualPace(time, 10, 3);
    await time.pass(60_000);
    const given: number[] = [];
    for (let n = 0; n < 6; n++) void pace.turn().then(() => given.push(time.now - 61_000));
    await time.pass(1000);
    expect(given).toEqual([0, 0, 0, 100, 200, 300]);
  });

  it('is one for all who share its memory', async () => {
    const time = new VirtualTime();
    const memory = paceMemory();
    const paces = [1, 2, 3].map(() => virtualPace(time, 10, 1, memory));
    const given: number[] = [];
    for (const pace of [...paces, ...paces]) void pace.turn().then(() => given.push(time.now - 1000));
    await time.pass(1000);
    expect(given).toEqual([0, 100, 200, 300, 400, 500]);
  });

  it('lets one go that is called off, at once and with the reason', async () => {
    const time = new VirtualTime();
    const pace = virtualPace(time, 1);
    await pace.turn();
    const abort = new AbortController();
    const waiting = pace.turn(abort.signal);
    abort.abort(new Error('not wanted'));
    await expect(waiting).rejects.toThrow('not wanted');
    await expect(pace.turn(abort.signal)).rejects.toThrow('not wanted');
  });

  it('goes by a clock that threads share', async () => {
    const memory = paceMemory();
    const pace = new Pace({ perSecond: 1, memory });
    await pace.turn();
    const thread = new Worker(
      `const { parentPort, workerData } = require('node:worker_threads');
       const due = new BigInt64Array(workerData)[0];
       parentPort.postMessage(Number(due - process.hrtime.bigint()) / 1e6);`,
      { eval: true, workerData: memory },
    );
    const left = await new Promise<number>((resolve) => {
      thread.once('message', resolve);
    });
    await thread.terminate();
    expect(left).toBeLessThanOrEqual(1000);
  });

  it('wakes its sleepers on the real clock, and lets them be called off there', async () => {
    const pace = new Pace({ perSecond: 1000 });
    for (let n = 0; n < 5; n++) await pace.turn();
    const slow = new Pace({ perSecond: 0.001 });
    await slow.turn();
    await expect(slow.turn(AbortSignal.timeout(5))).rejects.toMatchObject({ name: 'TimeoutError' });
  });
});
