import type { JsonObject, JsonValue } from '../../cookiejar/json.ts';
import { InvalidTriggerError } from '../../periodic/triggers/errors.ts';
import { readTriggers } from '../../periodic/triggers/report.ts';
import type { Duration } from '../../periodic/triggers/duration.ts';
import type { Where } from '../../periodic/triggers/where.ts';
import { instant } from '../support/jar-arbitraries.ts';
import { Asked, DeathError, TriggerWorld } from './trigger-world.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const ELF = { source: 'media_type', key: 'media_type', value: 'application/x-elf' } as const;

let world: TriggerWorld;

beforeEach(() => {
  world = new TriggerWorld();
});

async function addElves(count: number, second: number, prefix = ''): Promise<void> {
  await world.jar.enrich(
    Array.from({ length: count }, (_, n) => ({
      identifier: `/elf${prefix}/${n}`,
      enrichments: [{ source: ELF.source, timestamp: instant(second), metadata: { media_type: ELF.value, size: n } }],
    })),
  );
}

describe("the seed's own example", () => {
  /** class YourAnalysisModule(PeriodicWorker) */
  class YourAnalysisModule extends Asked {
    /** def callback(self) */
    override async callback(): Promise<JsonValue> {
      /** if self.n_nodes_added_since(1000, Elf, timedelta(seconds=60)) */
      if (await this.n_nodes_added_since(1000, ELF, { seconds: 60 })) {
        this.logger.info("I'm firing under a special constraint!");
        return 'fired';
      }
      return null;
    }
  }

  it('fires once 1,000 Elfs were added within 60 seconds, not before, and not when it is long ago', async () => {
    const lines: string[] = [];
    const log = ({ msg }: JsonObject): number => lines.push(JSON.stringify(msg));
    const module = (second: number): Asked => world.run(second, { as: YourAnalysisModule, log });
    await addElves(612, HOUR - 30);
    await world.add('/text', 'media_type', HOUR - 20, { media_type: 'text/plain' });
    expect(await module(HOUR).callback()).toBeNull();
    await addElves(388, HOUR - 10, 'more');
    expect(await module(HOUR).callback()).toBe('fired');
    expect(await module(HOUR + 31).callback()).toBeNull();
    const trigger = 'cookiesAddedSince(1000, media_type.media_type = "application/x-elf", 1 minute)';
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      `612 of 1000: ${trigger}`,
      `1000 of 1000: ${trigger}`,
      "I'm firing under a special constraint!",
      `388 of 1000: ${trigger}`,
    ]);
  });
});

describe('cookies added since', () => {
  it('are counted from the duration before the run was due, which is left out, to the run, which is not', async () => {
    for (const second of [0, 1, 60, 61]) await world.add(`/${second}`, 'a', second);
    await world.run(60).cookiesAddedSince(5, { source: 'a' }, '1 minute');
    expect(await world.have('cookiesAddedSince')).toBe(2);
  });

  it('count by their first matching enrichment, once each', async () => {
    await world.add('/old', 'a', 0, { n: 1 });
    await world.add('/old', 'a', 100, { n: 2 });
    await world.add('/new', 'b', 0);
    await world.add('/new', 'a', 100, { n: 1 });
    await world.add('/new', 'a', 101, { n: 2 });
    await world.run(120).cookiesAddedSince(1, { source: 'a' }, '1 min');
    expect(await world.have('cookiesAddedSince')).toBe(1);
  });

  it('move when an older enrichment comes in late', async () => {
    await world.add('/a', 'a', 100, { n: 1 });
    expect(await world.run(120).cookiesAddedSince(1, { source: 'a' }, '1 min')).toBe(true);
    await world.add('/a', 'a', 90, { n: 2 });
    expect(await world.run(120).cookiesAddedSince(1, { source: 'a' }, '1 min')).toBe(true);
    expect(await world.have('cookiesAddedSince')).toBe(1);
    await world.add('/a', 'a', 0, { n: 3 });
    expect(await world.run(120).cookiesAddedSince(1, { source: 'a' }, '1 min')).toBe(false);
    expect(await world.ids('sighting:')).toEqual([expect.stringContaining(instant(0))]);
  });

  it('wait where they are stamped in the future, and hide nothing', async () => {
    await world.add('/a', 'a', 1000);
    await world.add('/b', 'a', 100);
    await world.run(120).cookiesAddedSince(1, { source: 'a' }, '1 min');
    expect(await world.have('cookiesAddedSince')).toBe(1);
    await world.run(1001).cookiesAddedSince(1, { source: 'a' }, '1 min');
    expect(await world.have('cookiesAddedSince')).toBe(1);
  });

  it('do not count once deleted, and count again once they are back', async () => {
    await world.add('/a', 'a', 100);
    const have = async (): Promise<number | undefined> => {
      await world.run(120).cookiesAddedSince(1, { source: 'a' }, '1 min');
      return world.have('cookiesAddedSince');
    };
    expect(await have()).toBe(1);
    await world.jar.delete('/a');
    expect(await have()).toBe(0);
    expect(await world.ids('sight')).toEqual([expect.stringMatching(/^sightings:/)]);
    await world.add('/a', 'a', 100);
    expect(await have()).toBe(1);
  });

  it.each<[string, Where, number]>([
    ['a source', { source: 'a' }, 4],
    ['a key', { source: 'a', key: 'kind' }, 3],
    ['a key taken as it is', { source: 'a', key: 'kind.of' }, 1],
    ['a value', { source: 'a', key: 'kind', value: 'x' }, 1],
    [
      'a value that is an object, whatever the order of its keys',
      { source: 'a', key: 'kind', value: { p: 1, q: [2] } },
      1,
    ],
    ['null', { source: 'a', key: 'kind', value: null }, 1],
    ['a name that objects have anyway', { source: 'a', key: 'constructor' }, 0],
    ['a source that nobody has', { source: 'c' }, 0],
    ['all of several sources', (sources) => sources.includes('a') && sources.includes('b'), 1],
    ['any source', () => true, 5],
  ])('are of a kind by %s', async (_, where, count) => {
    await world.add('/1', 'a', 10, { kind: 'x' });
    await world.add('/2', 'a', 10, { kind: { q: [2], p: 1 } });
    await world.add('/3', 'a', 10, { kind: null });
    await world.add('/4', 'a', 10, { 'kind.of': 'x' });
    await world.add('/4', 'b', 10, { kind: 'x' });
    await world.add('/5', 'b', 10, { kind: 'x' });
    await world.run(20).cookiesAddedSince(1, where, '1 min');
    expect(await world.have('cookiesAddedSince')).toBe(count);
  });

  it('are of the kind of a predicate from the enrichment on that makes it hold, applied rules not being sources', async () => {
    const where: Where = (sources) => sources.length === 2;
    await world.add('/a', 'a', 0);
    await world.add('/a', 'rule_application', 50, { job: 'j', rule_id: 'r' });
    await world.add('/a', 'b', 100);
    await world.add('/a', 'c', 101);
    await world.run(60).cookiesAddedSince(1, where, '1 min');
    expect(await world.have('cookiesAddedSince')).toBe(0);
    await world.run(120).cookiesAddedSince(1, where, '1 min');
    expect(await world.have('cookiesAddedSince')).toBe(1);
  });

  it('are counted for each kind and duration by itself, also twice and at once in a run', async () => {
    for (const second of [0, 50, 100]) await world.add(`/${second}`, second === 50 ? 'b' : 'a', second);
    const run = world.run(110);
    const answers = await Promise.all([
      run.cookiesAddedSince(1, { source: 'a' }, '1 min'),
      run.cookiesAddedSince(2, { source: 'a' }, '1 min'),
      run.cookiesAddedSince(2, { source: 'a' }, '2 min'),
      run.cookiesAddedSince(1, { source: 'b' }, { minutes: 0.5 }),
      run.cookiesAddedSince(1, { source: 'a' }, '1 min'),
    ]);
    expect(answers).toEqual([true, false, true, false, true]);
  });
});

describe('an index', () => {
  it('reads each cookie once, and afterwards only what has changed', async () => {
    await addElves(2500, 100);
    const ask = (second: number) => async (): Promise<unknown> => world.run(second).cookiesAddedSince(1, ELF, '1 hour');
    expect((await world.usesOf(ask(200))).cookies).toBe(2500);
    const unchanged = await world.usesOf(ask(201));
    expect(unchanged).toEqual({ cookies: 0, changes: 0, looked: 3, listed: expect.any(Number) });
    expect(unchanged.listed).toBeLessThan(5);
    await addElves(3, 202, 'more');
    const changed = await world.usesOf(ask(210));
    expect(changed).toMatchObject({ cookies: 3, changes: 3 });
    expect(changed.looked).toBeLessThan(20);
    expect(changed.listed).toBeLessThan(10);
    expect(await world.have('cookiesAddedSince')).toBe(2503);
  });

  it('counts a total without listing it again', async () => {
    await addElves(1200, 100);
    await world.run(200).grownBy(1, ELF);
    const { listed: count, cookies } = await world.usesOf(async () => world.run(300).grownBy(1, ELF));
    expect([count, cookies]).toEqual([0, 0]);
    expect(await world.have('grownBy')).toBe(1200);
  });

  it('is shared by all workers that ask about the same kind', async () => {
    await addElves(50, 100);
    await world.run(200, { worker: 'One' }).cookiesAddedSince(1, ELF, '1 hour');
    const { cookies } = await world.usesOf(async () =>
      world.run(200, { worker: 'Other' }).cookiesAddedSince(1, { ...ELF }, '2 minutes'),
    );
    expect(cookies).toBe(0);
    expect(await world.have('cookiesAddedSince', 'Other')).toBe(50);
  });

  it('keeps nothing of cookies older than any window that is asked for', async () => {
    await addElves(300, 0);
    await world.run(10 * DAY).cookiesAddedSince(1, ELF, '1 hour');
    expect(await world.ids('sight')).toHaveLength(1);
  });

  it('drops sightings once no window comes to them any more, but for totals', async () => {
    await addElves(300, 0);
    await world.run(1).cookiesAddedSince(1, ELF, '1 hour');
    await world.run(1).cookiesQuietFor(ELF, '1 hour');
    expect(await world.ids('sighting:')).toHaveLength(600);
    await world.run(3 * DAY).cookiesAddedSince(1, ELF, '1 hour');
    await world.run(3 * DAY).cookiesQuietFor(ELF, '1 hour');
    expect(await world.ids('sighting:')).toEqual([]);
    expect(await world.ids('sighted:')).toEqual([]);
    await world.run(3 * DAY).grownBy(1, ELF);
    await world.run(9 * DAY).cookiesAddedSince(1, ELF, '1 hour');
    await world.run(9 * DAY).grownBy(1, ELF);
    expect(await world.have('grownBy')).toBe(300);
  });

  it('is made anew for a longer window than it was kept for, and the old one is removed', async () => {
    await addElves(10, 0);
    await world.run(10 * DAY).cookiesAddedSince(1, ELF, '1 hour');
    await world.run(10 * DAY).cookiesAddedSince(1, ELF, { days: 11 });
    expect(await world.have('cookiesAddedSince(1, media_type.media_type = "application/x-elf", 11 days)')).toBe(10);
    await world.run(10 * DAY).grownBy(1, ELF);
    expect(await world.ids('sighting:')).toHaveLength(10);
    expect(await world.ids('sighted:')).toHaveLength(10);
  });

  it('is made anew where the jar is another one than before', async () => {
    await addElves(10, 0);
    await world.run(1).cookiesAddedSince(1, ELF, '1 hour');
    const run = world.run(2);
    for (let n = 0; n < 4; n++) await world.jar.delete(`/elf/${n}`);
    // A jar that was put back from elsewhere does not know the position, and tells nothing of what is gone.
    const changes = run.jar.changes.bind(run.jar);
    let known = false;
    Object.assign(run.jar, {
      async *changes(since: string) {
        for await (const page of changes(known ? since : undefined)) {
          yield { ...page, changes: page.changes.filter((one) => !one.deleted) };
        }
        known = true;
      },
      position: async () => {
        known = true;
        return world.documents.position();
      },
    });
    await run.cookiesAddedSince(1, ELF, '1 hour');
    expect(await world.have('cookiesAddedSince')).toBe(6);
    expect(await world.ids('sighting:')).toHaveLength(6);
  });

  it.each([
    ['is made', 0],
    ['follows changes', 1],
  ])('goes on after a crash where it was, while it %s', async (_, known) => {
    world = new TriggerWorld(100);
    if (known) await world.run(200).cookiesAddedSince(1, ELF, '1 hour');
    await addElves(2500, 100);
    const answers: (boolean | undefined)[] = [];
    const attempt = async (diesAfterStoring: boolean): Promise<void> => {
      const run = world.run(200, { diesAt: 2200, diesAfterStoring });
      const answer = await run.cookiesAddedSince(2500, ELF, '1 hour').catch((error: unknown) => {
        if (!(error instanceof DeathError)) throw error;
        return undefined;
      });
      answers.push(answer);
    };
    let reads = 0;
    while (answers.at(-1) === undefined) {
      expect(answers.length).toBeLessThan(10);
      reads = (await world.usesOf(async () => attempt(answers.length % 2 === 0))).cookies;
    }
    expect(answers.at(-1)).toBe(true);
    expect(answers.length).toBeGreaterThan(2);
    expect(reads).toBeLessThan(1500);
    expect(await world.have('cookiesAddedSince(2500')).toBe(2500);
  });

  it('is changed by one run at a time; the others wait, find the work done, and count the same', async () => {
    await addElves(300, 100);
    const uses = await world.usesOf(async () =>
      Promise.all(
        ['A', 'B', 'C'].map(async (worker) => world.run(200, { worker }).cookiesAddedSince(1, ELF, '1 hour')),
      ),
    );
    expect(uses.cookies).toBe(300);
    for (const worker of ['A', 'B', 'C']) expect(await world.have('cookiesAddedSince', worker)).toBe(300);
  });

  it('bears two repetitions of one run at once: the newer one goes on, the older one ends', async () => {
    await addElves(300, 100);
    let ended = (): void => {};
    const olderEnded = new Promise<void>((resolve) => {
      ended = resolve;
    });
    let newer: Promise<boolean> | undefined;
    const begun = (id: string): boolean => id.startsWith('sighting:');
    const older = world.run(200, {
      onUpdate: async (id) => {
        if (newer || !begun(id)) return;
        await new Promise<void>((resolve) => {
          newer = world
            .run(200, {
              onUpdate: async (other) => {
                if (!begun(other)) return;
                resolve();
                await olderEnded;
              },
            })
            .cookiesAddedSince(300, ELF, '1 hour');
        });
      },
    });
    await expect(older.cookiesAddedSince(300, ELF, '1 hour')).rejects.toThrow('another repetition of the run Mine');
    ended();
    expect(await newer).toBe(true);
    await world.run(201).cookiesAddedSince(300, ELF, '1 hour');
    expect(await world.have('cookiesAddedSince')).toBe(300);
  });

  it('is not spoilt by one that was taken for dead and writes what it read long ago', async () => {
    await world.add('/a', 'a', 100);
    const where = { source: 'a' };
    let begun = false;
    const stale = world.run(200, {
      worker: 'Stale',
      onUpdate: async (id) => {
        if (!id.startsWith('sighted:') || begun) return;
        begun = true;
        const [state = ''] = await world.ids('sightings:');
        await world.documents.update(state, (body) => ({
          result: undefined,
          write: { ...body, turn: { ...(body?.['turn'] as JsonObject), heard: instant(0) } },
        }));
        await world.run(200).cookiesAddedSince(1, where, '10 min');
        await world.add('/a', 'a', 50, { earlier: true });
        await world.run(200).cookiesAddedSince(1, where, '10 min');
      },
    });
    await stale.cookiesAddedSince(1, where, '10 min');
    expect(await world.ids('sighting:')).toEqual([expect.stringContaining(instant(50))]);
    expect(await world.have('cookiesAddedSince')).toBe(1);
  });

  it('says that the run is alive with what it said last, and stops when it must', async () => {
    await addElves(1000, 100);
    const beats: (JsonValue | undefined)[] = [];
    const abort = new AbortController();
    const run = world.run(200, {
      beats,
      lastProgress: { mine: 7 },
      signal: abort.signal,
      onUpdate: () => {
        if (beats.length >= 5) abort.abort(new Error('shutting down'));
      },
    });
    await expect(run.cookiesAddedSince(1, ELF, '1 hour')).rejects.toThrow('shutting down');
    expect(beats.slice(0, 5)).toEqual(Array.from({ length: 5 }, () => ({ mine: 7 })));
    expect(await world.run(200).cookiesAddedSince(1000, ELF, '1 hour')).toBe(true);
  });
});

describe('cookies quiet for', () => {
  it('is met once no enrichment of the kind is newer than the duration, and tells for how many seconds it was', async () => {
    await world.add('/a', 'a', 0);
    await world.add('/a', 'b', 90);
    await world.add('/b', 'a', 60);
    expect(await world.run(119).cookiesQuietFor({ source: 'a' }, '1 minute')).toBe(false);
    expect(await readTriggers(world.documents, 'Mine')).toMatchObject({
      triggers: [{ trigger: 'cookiesQuietFor(a, 1 minute)', have: 59, need: 60, met: false }],
    });
    expect(await world.run(120).cookiesQuietFor({ source: 'a' }, '1 minute')).toBe(true);
    await world.add('/a', 'a', 121, { again: true });
    expect(await world.run(130).cookiesQuietFor({ source: 'a' }, '1 minute')).toBe(false);
  });

  it('is met where none ever came, and does not wait for the future', async () => {
    expect(await world.run(0).cookiesQuietFor({ source: 'a' }, '1 minute')).toBe(true);
    await world.add('/a', 'a', 1000);
    expect(await world.run(100).cookiesQuietFor({ source: 'a' }, '1 minute')).toBe(true);
    expect(await world.run(1010).cookiesQuietFor({ source: 'a' }, '1 minute')).toBe(false);
  });

  it('is not hidden by the future of the same cookie', async () => {
    await world.add('/a', 'a', 10);
    await world.add('/a', 'a', 1000, { future: true });
    expect(await world.run(20).cookiesQuietFor({ source: 'a' }, '1 minute')).toBe(false);
  });

  it('takes for noise what came after a run that was due earlier than one that has asked since', async () => {
    await world.add('/a', 'a', 10);
    await world.run(20).cookiesQuietFor({ source: 'a' }, '1 minute');
    await world.add('/a', 'a', 500, { again: true });
    await world.run(600).cookiesQuietFor({ source: 'a' }, '1 minute');
    expect(await world.run(300).cookiesQuietFor({ source: 'a' }, '1 minute')).toBe(false);
  });
});

describe('at most every', () => {
  it('lets a run through when the last one that it let through, and that succeeded, is long enough ago', async () => {
    const first = world.run(0);
    expect(await first.atMostEvery('1 hour')).toBe(true);
    expect(await world.run(10).atMostEvery('1 hour')).toBe(true);
    await first.finished();
    expect(await world.run(MINUTE).atMostEvery('1 hour')).toBe(false);
    expect(await readTriggers(world.documents, 'Mine')).toMatchObject({
      triggers: [{ trigger: 'atMostEvery(1 hour)', have: 60, need: 3600, met: false }],
    });
    const second = world.run(HOUR);
    expect(await second.atMostEvery({ minutes: 60 })).toBe(true);
    await second.finished();
    expect(await world.run(2 * HOUR - 2).atMostEvery('1 hour')).toBe(false);
  });

  it('does not move on by a run that it did not let through', async () => {
    for (const minute of [0, 20, 40]) {
      const run = world.run(minute * MINUTE);
      expect(await run.atMostEvery('1 hour')).toBe(minute === 0);
      await run.finished();
    }
    expect(await world.run(HOUR).atMostEvery('1 hour')).toBe(true);
  });

  it('looks at each duration and each worker by itself', async () => {
    const run = world.run(0);
    await run.atMostEvery('1 hour');
    await run.finished();
    expect(await world.run(1).atMostEvery('1 day')).toBe(true);
    expect(await world.run(1, { worker: 'Other' }).atMostEvery('1 hour')).toBe(true);
  });

  it('does not pass over a run that began a little earlier than it was due', async () => {
    const run = world.run(0.2);
    await run.atMostEvery('1 hour');
    await run.finished();
    expect(await world.run(HOUR).atMostEvery('1 hour')).toBe(true);
  });

  it('is not moved back by an older run that ends later', async () => {
    const [older, newer] = [world.run(0), world.run(HOUR)];
    await older.atMostEvery('1 hour');
    await newer.atMostEvery('1 hour');
    await newer.finished();
    await older.finished();
    expect(await world.run(HOUR + MINUTE).atMostEvery('1 hour')).toBe(false);
  });
});

describe('grown by', () => {
  it('is met by the first cookie, then by so many percent more than at the last run that it let through', async () => {
    const ask = async (second: number, finishes = true): Promise<boolean> => {
      const run = world.run(second);
      const met = await run.grownBy(10, ELF);
      if (finishes) await run.finished();
      return met;
    };
    expect(await ask(0)).toBe(false);
    await addElves(100, 1);
    expect(await ask(2, false)).toBe(true);
    expect(await ask(3)).toBe(true);
    await addElves(9, 4, 'more');
    expect(await ask(5)).toBe(false);
    expect((await readTriggers(world.documents, 'Mine'))?.triggers).toMatchObject([
      { have: 109, need: 110, met: false },
    ]);
    await addElves(1, 6, 'one');
    expect(await ask(7)).toBe(true);
    expect(await ask(8)).toBe(false);
    expect((await readTriggers(world.documents, 'Mine'))?.triggers).toMatchObject([{ have: 110, need: 121 }]);
  });

  it('counts what came in up to when the run was due', async () => {
    await addElves(5, 100);
    await world.run(50).grownBy(10, ELF);
    expect(await world.have('grownBy')).toBe(0);
  });
});

describe('all of several triggers', () => {
  it('are met together, and none moves on while one is not', async () => {
    await addElves(10, 0);
    const work = async (second: number): Promise<boolean> => {
      const run = world.run(second);
      const met = await run.allOf(
        () => run.grownBy(10, ELF),
        () => run.atMostEvery('1 day'),
      );
      await run.finished();
      return met;
    };
    expect(await work(1)).toBe(true);
    await addElves(5, HOUR, 'more');
    expect(await work(2 * HOUR)).toBe(false);
    expect(await work(DAY + 1)).toBe(true);
    expect(await work(2 * DAY + 1)).toBe(false);
  });
});

describe('what triggers found', () => {
  it('can be read by others, in the order in which they were first asked', async () => {
    expect(await readTriggers(world.documents, 'Mine')).toBeUndefined();
    const run = world.run(0);
    await run.cookiesAddedSince(1000, { source: 'media_type' }, { hours: 1 });
    await run.atMostEvery({ weeks: 1 });
    await run.cookiesAddedSince(1000, { source: 'media_type' }, '60 min');
    const found = await readTriggers(world.documents, 'Mine');
    expect(found).toEqual({
      at: expect.any(String),
      triggers: [
        {
          trigger: 'cookiesAddedSince(1000, media_type, 1 hour)',
          have: 0,
          need: 1000,
          met: false,
          at: expect.any(String),
        },
        { trigger: 'atMostEvery(7 days)', have: 604_800, need: 604_800, met: true, at: expect.any(String) },
      ],
    });
    expect(found?.at).toBe(found?.triggers[0]?.at);
  });

  it('name long kinds shortly, and apart', async () => {
    const long = 'x'.repeat(200);
    const run = world.run(0);
    await run.cookiesAddedSince(1, { source: 'a', key: 'k', value: `${long}1` }, '1 min');
    await run.cookiesAddedSince(1, { source: 'a', key: 'k', value: `${long}2` }, '1 min');
    await run.cookiesAddedSince(1, (sources) => sources.includes('a'), '1 min');
    const triggers = (await readTriggers(world.documents, 'Mine'))?.triggers.map(({ trigger }) => trigger) ?? [];
    expect(new Set(triggers).size).toBe(3);
    for (const trigger of triggers) expect(trigger.length).toBeLessThan(120);
    expect(triggers[2]).toContain("sources.includes('a')");
  });
});

describe('what makes no sense', () => {
  const never = (): never => {
    throw new Error('never called');
  };
  it.each<[string, (run: Asked) => Promise<unknown>]>([
    ['no whole number', async (run) => run.cookiesAddedSince(1.5, ELF, '1 h')],
    ['no cookie at all', async (run) => run.cookiesAddedSince(0, ELF, '1 h')],
    ['no duration', async (run) => run.atMostEvery({})],
    ['a duration backwards', async (run) => run.atMostEvery('-1 h')],
    ['a negative duration', async (run) => run.atMostEvery({ hours: 1, minutes: -60 })],
    ['an unknown unit', async (run) => run.atMostEvery('1 parsec')],
    ['an unknown part', async (run) => run.atMostEvery({ fortnights: 1 } as object)],
    ['null for a duration', async (run) => run.atMostEvery(null as unknown as Duration)],
    ['a duration of big numbers', async (run) => run.atMostEvery({ hours: 1n } as object)],
    ['a duration that is no number', async (run) => run.atMostEvery({ hours: NaN })],
    ['a kind without a source', async (run) => run.cookiesQuietFor({ key: 'x' } as unknown as Where, '1 h')],
    ['a kind with a slip of the pen', async (run) => run.cookiesQuietFor({ source: 'a', kee: 'x' } as Where, '1 h')],
    ['a value without a key', async (run) => run.grownBy(1, { source: 'a', value: 'x' })],
    ['nothing', async (run) => run.grownBy(1, undefined as unknown as Where)],
    ['no growth', async (run) => run.grownBy(0, ELF)],
    ['a promise of a predicate', async (run) => run.grownBy(1, (async () => true) as unknown as Where)],
  ])('is refused: %s', async (_, ask) => {
    await world.add('/a', 'a', 0);
    await expect(ask(world.run(1))).rejects.toThrow(InvalidTriggerError);
  });

  it('is told with what is allowed, and a predicate that throws fails the run', async () => {
    await world.add('/a', 'a', 0);
    await expect(world.run(1).atMostEvery('soon')).rejects.toThrow(
      /duration: found "soon"; allowed is .*weeks.*"1 hour"/,
    );
    await expect(world.run(1).grownBy(1, never)).rejects.toThrow('never called');
    expect(await world.run(1).grownBy(1, { source: 'a' })).toBe(true);
  });
});
