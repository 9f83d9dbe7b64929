import fc from 'fast-check';
import { GRACE_MS, World } from './world.ts';

describe('a look of the Reconciler', () => {
  it('finds nothing in an empty jar, nor where everything is settled', async () => {
    const world = new World();
    expect(await world.look()).toMatchObject({ checked: 0, found: 0, unfinished: 0 });
    await world.storeAndWakeSoon('/a');
    await world.wakePending('/a');
    await world.judge('/a');
    await world.settle('/a');
    expect(await world.look()).toMatchObject({ checked: 1, found: 0, unfinished: 0 });
    expect(await world.look()).toMatchObject({ checked: 0, found: 0 });
  });

  it('finds a cookie that was stored and never woken, once, after the grace', async () => {
    const world = new World();
    await world.storeAndLose('/lost');
    expect(await world.look()).toMatchObject({ found: 1, foundInAll: 1, unfinished: 1 });
    expect(world.found).toEqual(['/lost']);
    await world.pass(2 * GRACE_MS);
    expect(await world.look()).toMatchObject({ found: 0, foundInAll: 1 });
  });

  it('finds it at once where no grace is given', async () => {
    const world = new World();
    await world.storeAndLose('/lost');
    const before = world.now;
    expect(await world.look({ graceMs: 0 })).toMatchObject({ found: 1 });
    expect(world.now).toBe(before);
  });

  it('finds a cookie whose workflow is lost long after its last change', async () => {
    const world = new World();
    await world.storeAndWakeSoon('/a');
    await world.wakePending('/a');
    for (let looks = 0; looks < 3; looks++) {
      await world.pass(2 * GRACE_MS);
      expect(await world.look()).toMatchObject({ found: 0, unfinished: 1 });
    }
    await world.crash('/a');
    expect(await world.look()).toMatchObject({ found: 1 });
  });

  it('leaves alone what is woken within the grace, and what somebody says that he is still waking', async () => {
    const world = new World();
    await world.storeAndWakeSoon('/soon');
    await world.storeAndWakeLate('/late');
    for (let looks = 0; looks < 5; looks++) expect(await world.look()).toMatchObject({ found: 0 });
    expect(world.running.has('/soon')).toBe(true);
    await world.wakePending('/late');
    await world.pass(10 * GRACE_MS);
    expect(await world.look()).toMatchObject({ found: 0 });
  });

  it('does not wait for somebody who was killed on his errand, and takes his note away', async () => {
    const world = new World();
    await world.storeAndWakeLate('/late');
    expect(await world.look()).toMatchObject({ found: 0 });
    world.pending.clear();
    world.lost.set('/late', (await world.jar.open(['/late']))[0]?.knowledge ?? '');
    expect(await world.look()).toMatchObject({ found: 1 });
    for await (const { id } of world.documents.list('errand:')) throw new Error(`${id} is left`);
  });

  it('finds what was lost before an errand began though the errand goes on', async () => {
    const world = new World();
    await world.storeAndLose('/lost');
    await world.look({ graceMs: 10 * GRACE_MS });
    await world.pass(20 * GRACE_MS);
    await world.storeAndWakeLate('/late');
    expect(await world.look()).toMatchObject({ found: 1 });
    expect(world.found).toEqual(['/lost']);
  });

  it('forgets a cookie that was deleted', async () => {
    const world = new World();
    await world.storeAndLose('/gone');
    await world.look({ graceMs: 10 * GRACE_MS });
    await world.delete('/gone');
    await world.pass(20 * GRACE_MS);
    expect(await world.look()).toMatchObject({ found: 0, unfinished: 0 });
  });

  it('leaves parked cookies alone until they know more', async () => {
    const world = new World();
    const knowledge = await world.store('/parked');
    const at = new Date(world.now).toISOString();
    await world.jar.park('/parked', { job: 'job', reason: 'damaged', at, knowledge });
    expect(await world.look()).toMatchObject({ found: 0 });
    await world.storeAndLose('/parked');
    expect(await world.look()).toMatchObject({ found: 1 });
  });

  it('reads the changes on where it has too much in hand, and misses nothing', async () => {
    const world = new World();
    const cookies = Array.from({ length: 40 }, (_, index) => `/many/${String(index).padStart(2, '0')}`);
    for (const cookie of cookies) await world.storeAndLose(cookie);
    for (let looks = 0; looks < 20; looks++) {
      await world.look({ maxSuspects: 10 });
      for (const cookie of world.running.keys()) {
        await world.judge(cookie);
        await world.settle(cookie);
      }
    }
    expect(world.found.toSorted()).toEqual(cookies);
    expect(await world.abandoned()).toEqual([]);
  });

  it('keeps many suspects, more than one document holds, from one look to the next', async () => {
    const world = new World();
    const cookies = Array.from({ length: 300 }, (_, index) => `/${'long'.repeat(400)}/${index}`);
    for (const cookie of cookies) {
      await world.storeAndWakeSoon(cookie);
      await world.wakePending(cookie);
    }
    expect(await world.look()).toMatchObject({ found: 0, unfinished: 300 });
    await world.look();
    for (const cookie of cookies) await world.crash(cookie);
    await world.pass(2 * GRACE_MS);
    expect(await world.look()).toMatchObject({ checked: 0, found: 300 });
  });

  const COOKIES = ['/a', '/b', '/c'];
  const step = fc.record({
    cookie: fc.constantFrom(...COOKIES),
    what: fc.constantFrom('soon', 'late', 'lose', 'wake', 'judge', 'settle', 'crash', 'delete', 'pass', 'kill', 'look'),
  });

  it('finds all that is lost and nothing that is not, whatever happens beside it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 80 }), async (steps) => {
        const world = new World();
        const left = [...steps];
        let killer = new AbortController();
        const act = async (isLooking: boolean): Promise<void> => {
          const next = left.shift();
          if (next === undefined) return;
          const { cookie, what } = next;
          if (what === 'soon') await world.storeAndWakeSoon(cookie);
          else if (what === 'late') await world.storeAndWakeLate(cookie);
          else if (what === 'lose') await world.storeAndLose(cookie);
          else if (what === 'wake') await world.wakePending(cookie);
          else if (what === 'judge') await world.judge(cookie);
          else if (what === 'settle') await world.settle(cookie);
          else if (what === 'crash') await world.crash(cookie);
          else if (what === 'delete') await world.delete(cookie);
          else if (what === 'pass') await world.pass(GRACE_MS / 4);
          else if (what === 'kill') killer.abort(new Error('killed'));
          else if (!isLooking) {
            killer = new AbortController();
            await world.look({ signal: killer.signal }).catch((error: unknown) => {
              if (!killer.signal.aborted) throw error;
            });
          }
        };
        world.meanwhile = async () => act(true);
        while (left.length > 0) await act(false);
        world.meanwhile = async () => {};
        for (const cookie of COOKIES) await world.wakePending(cookie);
        await world.pass(2 * GRACE_MS);
        await world.look();
        await world.look();
        expect(world.falseAlarms).toEqual([]);
        expect(await world.abandoned()).toEqual([]);
      }),
      { numRuns: 400 },
    );
  }, 60_000);
});
