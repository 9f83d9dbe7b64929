import { Errands, errandNotes } from '../../cookiejar/errands.ts';
import { MemoryDocuments } from '../support/jar-memory.ts';
import { until } from '../support/ground.ts';

const QUICK = { quietMs: 20, beatMs: 10 };

describe('an errand', () => {
  it('is not announced while it is short', async () => {
    const documents = new MemoryDocuments();
    const before = Date.now();
    expect(await new Errands(documents).run(async () => 'done')).toBe('done');
    expect(Date.now() - before).toBeLessThan(10_000);
    expect(await errandNotes(documents)).toEqual([]);
  });

  it('is announced while it lasts, since it began, another beat each time; the note goes with it, also where it fails', async () => {
    const documents = new MemoryDocuments();
    const errands = new Errands(documents, QUICK);
    let fail: (error: Error) => void = () => {};
    const began = Date.now();
    const running = errands.run(async () => new Promise<void>((_, reject) => (fail = reject)));
    await until(async () => (await errandNotes(documents)).length === 1, 'the note');
    const [first] = await errandNotes(documents);
    expect(Math.abs(Date.parse(first?.since ?? '') - began)).toBeLessThan(1000);
    await until(async () => (await errandNotes(documents))[0]?.beat !== first?.beat, 'another beat');
    expect((await errandNotes(documents))[0]?.since).toBe(first?.since);
    fail(new Error('no'));
    await expect(running).rejects.toThrow('no');
    await until(async () => (await errandNotes(documents)).length === 0, 'the note to go');
  });

  it('of several at once tells since when the oldest is under way', async () => {
    const documents = new MemoryDocuments();
    const errands = new Errands(documents, QUICK);
    const ends: (() => void)[] = [];
    const begin = async () => errands.run(async () => new Promise<void>((resolve) => ends.push(resolve)));
    const first = begin();
    await until(async () => (await errandNotes(documents)).length === 1, 'the note');
    const second = begin();
    const since = (await errandNotes(documents))[0]?.since ?? '';
    ends[0]?.();
    await first;
    await until(async () => ((await errandNotes(documents))[0]?.since ?? since) > since, 'the younger one to be told');
    ends[1]?.();
    await second;
    await until(async () => (await errandNotes(documents)).length === 0, 'the note to go');
  });
});
