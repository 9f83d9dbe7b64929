import fc from 'fast-check';
import { type Wake, WakeKind } from '../../workflows/messages.ts';
import { WakeQueue } from '../../workflows/wake-queue.ts';

const enriched = (id: string): Wake => ({ id, kind: WakeKind.Enriched });
const reprocess = (id: string): Wake => ({ id, kind: WakeKind.Reprocess });

describe('WakeQueue', () => {
  it('serves all waiting enriched wakes by one job named after the oldest', () => {
    const queue = new WakeQueue([enriched('a'), enriched('b'), enriched('c')]);
    expect(queue.take()).toEqual(enriched('a'));
    expect(queue.take()).toBeUndefined();
  });

  it('gives every reprocess wake a job of its own', () => {
    const queue = new WakeQueue([reprocess('a'), enriched('b'), reprocess('c'), enriched('d')]);
    expect([queue.take(), queue.take(), queue.take(), queue.take()]).toEqual([
      reprocess('a'),
      enriched('b'),
      reprocess('c'),
      undefined,
    ]);
  });

  it('hands on what it has not served', () => {
    const queue = new WakeQueue([reprocess('a'), reprocess('b')]);
    queue.take();
    queue.push(enriched('c'));
    expect(queue.rest()).toEqual([reprocess('b'), enriched('c')]);
  });

  it('takes back the wakes that a job did not serve, in their order and before those that came later', () => {
    const queue = new WakeQueue([enriched('a'), reprocess('b'), enriched('c'), enriched('d')]);
    queue.take();
    queue.putBackCoalesced();
    queue.putBackCoalesced();
    expect(queue.rest()).toEqual([enriched('c'), enriched('d'), reprocess('b')]);
    queue.take();
    queue.take();
    queue.putBackCoalesced();
    expect(queue.rest()).toEqual([]);
  });

  it('makes one job of every reprocess wake, and at least one of the enriched ones after each arrival', () => {
    const wakes = fc.array(fc.constantFrom<WakeKind>(WakeKind.Enriched, WakeKind.Reprocess));
    fc.assert(
      fc.property(wakes, (kinds) => {
        const queue = new WakeQueue(kinds.map((kind, index) => ({ id: String(index), kind })));
        const served: Wake[] = [];
        for (let wake = queue.take(); wake !== undefined; wake = queue.take()) served.push(wake);
        const ofKind = (kind: WakeKind) => kinds.filter((each) => each === kind).length;
        expect(served.filter(({ kind }) => kind === WakeKind.Reprocess)).toHaveLength(ofKind(WakeKind.Reprocess));
        expect(served.filter(({ kind }) => kind === WakeKind.Enriched)).toHaveLength(
          Math.min(1, ofKind(WakeKind.Enriched)),
        );
        expect(served.map(({ id }) => Number(id))).toEqual(
          served.map(({ id }) => Number(id)).toSorted((a, b) => a - b),
        );
      }),
    );
  });
});
