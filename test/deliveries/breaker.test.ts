import fc from 'fast-check';
import { z } from 'zod';
import { BreakerWorld } from './breaker-world.ts';

const HOUR_MS = 3_600_000;

const dataSchema = z.object({
  count: z.number(),
  counts: z.array(z.object({ about: z.string(), sender: z.string(), count: z.number() })),
  examples: z.array(z.object({ id: z.string(), identifier: z.string() })),
});

const life = fc.record({ writes: fc.nat(12), after: fc.boolean() });
const step = fc.record({
  kind: fc.constantFrom('deliver' as const, 'deliver' as const, 'deliver' as const, 'end' as const),
  pick: fc.nat(1000),
  lives: fc.array(life, { maxLength: 2 }),
  /** Whether the next step begins before this one has ended. */
  isOverlapping: fc.boolean(),
});

type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

async function play(world: BreakerWorld, ids: readonly string[], script: readonly Step[]): Promise<void> {
  const underWay: Promise<unknown>[] = [];
  for (const { kind, pick, lives, isOverlapping } of script) {
    const window = world.windows[pick % Math.max(1, world.windows.length)];
    const id = ids[pick % ids.length] ?? '';
    if (kind === 'deliver') underWay.push(world.deliver(id, lives[0]));
    else if (window !== undefined) underWay.push(world.endWindow(window, ...lives));
    if (!isOverlapping) await Promise.all(underWay.splice(0));
  }
  await Promise.all(underWay);
}

/** What Temporal sees to: everything that was begun is brought to its end. */
async function finish(world: BreakerWorld, ids: readonly string[]): Promise<void> {
  await Promise.all(ids.map(async (id) => world.deliver(id)));
  for (let [window] = world.windows; window !== undefined; [window] = world.windows) await world.endWindow(window);
}

/** Ids of the notifications that each digest tells of, by the digest. */
async function told(world: BreakerWorld): Promise<Map<string, string[]>> {
  const members = new Map<string, string[]>();
  for await (const { digest, notification } of world.ledger.all()) {
    if (digest !== undefined) members.set(digest, [...(members.get(digest) ?? []), notification.id]);
  }
  return members;
}

async function states(world: BreakerWorld): Promise<string[]> {
  const found = new Set<string>();
  for await (const { state } of world.ledger.all()) found.add(state);
  return [...found];
}

describe('the flood breaker', () => {
  it('tells everything exactly once, singly or by a digest, whatever dies in between', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 1, max: 6 }),
        fc.boolean(),
        fc.array(step, { maxLength: 60 }),
        fc.array(life, { maxLength: 3 }),
        fc.integer(),
        async (count, limit, isWindowed, script, lives, seed) => {
          const settings = isWindowed
            ? { digestWindowMs: HOUR_MS }
            : { flood: { notifications: limit, withinMs: HOUR_MS } };
          const world = new BreakerWorld(settings, seed);
          const ids = await world.record(count);
          await play(world, ids, script);
          await finish(world, ids);

          const digests = await world.digests();
          const members = await told(world);
          const singles = new Set(world.singles);
          const all = [...singles, ...[...members.values()].flat()];
          expect(all).toHaveLength(count);
          expect(new Set(all).size).toBe(count);
          expect(singles.size).toBeLessThanOrEqual(isWindowed ? 0 : limit);
          if (!isWindowed) expect(singles.size).toBe(Math.min(count, limit));
          expect([...members.keys()].toSorted()).toEqual(digests.map(({ id }) => id).toSorted());
          for (const { id, notification } of digests) {
            const data = dataSchema.parse(notification.data);
            expect(data.count).toBe(members.get(id)?.length);
            expect(data.counts.reduce((sum, kind) => sum + kind.count, 0)).toBe(data.count);
            expect(data.examples.map((example) => example.id).toSorted()).toEqual(members.get(id)?.toSorted());
          }
          expect(await world.leftOver('held:')).toEqual([]);

          for (const digest of digests) await world.take(digest, ...lives);
          expect(await states(world)).toEqual(['delivered']);
        },
      ),
      { numRuns: 200 },
    );
  }, 60_000);

  it('lets what is gathered share the fate of its digest, and be sent again alone or with it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(life, { maxLength: 4 }), async (lives) => {
        const world = new BreakerWorld({ digestWindowMs: HOUR_MS });
        const ids = await world.record(8);
        await finish(world, ids);
        const [digest] = await world.digests();
        if (digest === undefined) throw new Error('there is no digest');
        await world.bury(digest, ...lives);
        const dead = await world.ledger.dead(undefined, 100);
        expect(dead.map(({ id }) => id).toSorted()).toEqual([...ids, digest.id].toSorted());

        const [alone = ''] = ids;
        await world.ledger.revive(alone);
        await world.deliver(alone);
        expect(world.singles).toEqual(['n00000']);
        await world.ledger.revive(digest.id);
        await world.take(digest, ...lives);
        expect(await states(world)).toEqual(['delivered']);
        expect(await world.leftOver('dead-letter:')).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });

  it('tells by a digest what was gathered before it was switched off, and lets what comes then through', async () => {
    const world = new BreakerWorld({ digestWindowMs: HOUR_MS });
    const ids = await world.record(5);
    await Promise.all(ids.slice(0, 3).map(async (id) => world.deliver(id)));
    world.settings = {};
    await finish(world, ids);
    expect(world.singles.toSorted()).toEqual(['n00003', 'n00004']);
    expect([...(await told(world)).values()].flat().toSorted()).toEqual(['n00000', 'n00001', 'n00002']);
  });

  it('goes on gathering after a window that gathered more than may go out singly, and not after a calm one', async () => {
    const world = new BreakerWorld({ flood: { notifications: 2, withinMs: HOUR_MS } });
    const ids = await world.record(9);
    for (const id of ids.slice(0, 5)) await world.deliver(id);
    const [window] = world.windows;
    if (window === undefined) throw new Error('no window is open');
    await world.endWindow(window);
    for (const id of ids.slice(5)) await world.deliver(id);
    expect(world.singles).toEqual(['n00000', 'n00001']);
    expect(world.windows).toHaveLength(1);
  });

  it('lists a great many in pages, and names the earliest', async () => {
    const world = new BreakerWorld({ digestWindowMs: HOUR_MS });
    const ids = await world.record(1_200);
    await finish(world, ids);
    const [digest] = await world.digests();
    const data = dataSchema.parse(digest?.notification.data);
    expect(data).toMatchObject({
      count: 1_200,
      counts: ['about-0', 'about-1', 'about-2'].map((about) => ({ about, sender: 'rule', count: 400 })),
    });
    expect(data.examples).toHaveLength(100);
    expect(data.examples[0]).toMatchObject({ id: 'n00000', identifier: '/data/0' });
    expect(await world.leftOver(`digest:lab:`)).toHaveLength(4);
  });
});
