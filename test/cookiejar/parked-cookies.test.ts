import fc from 'fast-check';
import { BiscuitTin } from '../../cookiejar/biscuit-tin.ts';
import type { Documents } from '../../cookiejar/cookie-jar.ts';
import { StoreRefusedError } from '../../cookiejar/errors.ts';
import { ParkedCookies } from '../../cookiejar/parked-cookies.ts';
import { MemoryDocuments } from '../support/jar-memory.ts';

const AT = '2026-01-05T06:00:00.000Z';

/** A jar in memory whose store may refuse to write what starts with a text. */
class World {
  readonly documents = new MemoryDocuments();
  refused: string | undefined;
  readonly jar: BiscuitTin;
  readonly parked: ParkedCookies;
  #seconds = 0;

  constructor() {
    const { documents } = this;
    const refusing: Partial<Documents> = {
      update: async (id, change) =>
        documents.update(id, (current, context) => {
          const changed = change(current, context);
          if (this.refused !== undefined && id.startsWith(this.refused) && changed.write !== undefined)
            throw new StoreRefusedError(413, `the writing of '${id}'`, 'too large');
          return changed;
        }),
    };
    const all = Object.assign(Object.create(documents) as MemoryDocuments, refusing, {
      read: documents.read.bind(documents),
      list: documents.list.bind(documents),
      listIds: documents.listIds.bind(documents),
    });
    this.jar = new BiscuitTin(all);
    this.parked = new ParkedCookies(all);
  }

  async learn(identifier: string): Promise<string> {
    const timestamp = new Date(Date.UTC(2026, 0, 5, 6, 0, ++this.#seconds)).toISOString();
    const enrichments = [{ source: 'seen', timestamp, metadata: { n: this.#seconds } }];
    return (await this.jar.enrich([{ identifier, enrichments }]))[0]?.knowledge ?? '';
  }

  async settle(identifier: string, job: string, failed?: string): Promise<void> {
    const knowledge = (await this.jar.open([identifier]))[0]?.knowledge ?? '';
    await this.jar.settle(identifier, {
      job,
      knowledge,
      rulebook: 'book',
      at: this.later(),
      ...(failed && { failed }),
    });
  }

  /** A later instant each time. */
  later(): string {
    return new Date(Date.UTC(2026, 0, 5, 7, 0, ++this.#seconds)).toISOString();
  }

  async listed(): Promise<string[]> {
    return (await this.parked.list(undefined, 100)).map(({ identifier }) => identifier);
  }
}

describe('parked cookies', () => {
  it('are those whose last job failed, with its reason', async () => {
    const world = new World();
    await world.learn('/a');
    await world.learn('/b');
    await world.settle('/a', 'job-1', 'too many rounds');
    await world.settle('/b', 'job-2');
    expect(await world.parked.list(undefined, 10)).toEqual([
      expect.objectContaining({ identifier: '/a', job: 'job-1', reason: 'too many rounds', rulebook: 'book' }),
    ]);
    expect(await world.jar.unsettled(['/a', '/b', '/none'])).toEqual(new Map());
  });

  it('are released by new knowledge at once, and by a job that settles', async () => {
    const world = new World();
    await world.learn('/a');
    await world.settle('/a', 'job-1', 'too many rounds');
    await world.learn('/a');
    expect(await world.listed()).toEqual([]);
    expect([...(await world.jar.unsettled(['/a'])).keys()]).toEqual(['/a']);
    await world.settle('/a', 'job-2', 'once more');
    expect(await world.listed()).toEqual(['/a']);
    await world.settle('/a', 'job-3');
    expect(await world.listed()).toEqual([]);
    expect(await world.documents.read(['parked:/a'])).toEqual(new Map());
  });

  it('go with the cookie, and are not made where there is none', async () => {
    const world = new World();
    await world.learn('/a');
    await world.settle('/a', 'job-1', 'too many rounds');
    await world.jar.delete('/a');
    expect(await world.documents.read(['parked:/a'])).toEqual(new Map());
    await world.settle('/a', 'job-2', 'too many rounds');
    await world.jar.park('/a', { job: 'job-3', reason: 'stuck', at: AT });
    expect(await world.documents.read(['parked:/a'])).toEqual(new Map());
    await world.learn('/a');
    expect(await world.listed()).toEqual([]);
  });

  it('are those, too, whose document takes no mark any more, until it does', async () => {
    const world = new World();
    const knowledge = await world.learn('/a');
    world.refused = 'cookie:';
    await expect(world.settle('/a', 'job-1')).rejects.toThrow('413');
    await world.jar.park('/a', { job: 'job-1', reason: 'too large', at: AT, knowledge });
    expect(await world.listed()).toEqual(['/a']);
    expect(await world.jar.unsettled(['/a'])).toEqual(new Map());
    world.refused = undefined;
    expect(await world.listed()).toEqual(['/a']);
    await world.settle('/a', 'job-2');
    expect(await world.listed()).toEqual([]);
  });

  it('are marked as failed where that can be done', async () => {
    const world = new World();
    const knowledge = await world.learn('/a');
    await world.jar.park('/a', { job: 'job-1', reason: 'no such rulebook', at: AT, knowledge });
    expect((await world.jar.open(['/a']))[0]?.settled).toMatchObject({ job: 'job-1', failed: 'no such rulebook' });
    expect(await world.listed()).toEqual(['/a']);
  });

  it('are not released by knowledge that came while the job failed', async () => {
    const world = new World();
    const before = await world.learn('/a');
    await world.learn('/a');
    await world.jar.park('/a', { job: 'job-1', reason: 'no such rulebook', at: AT, knowledge: before });
    expect(await world.listed()).toEqual([]);
    expect([...(await world.jar.unsettled(['/a'])).keys()]).toEqual(['/a']);
  });

  it('are those whose document is damaged, until it is mended', async () => {
    const world = new World();
    await world.learn('/a');
    const whole = (await world.documents.read(['cookie:/a'])).get('cookie:/a') ?? {};
    const write = async (body: typeof whole) =>
      world.documents.update('cookie:/a', () => ({ result: undefined, write: body }));
    await write({ ...whole, enrichments: 'nonsense' });
    expect([...(await world.jar.unsettled(['/a'])).keys()]).toEqual(['/a']);
    await world.jar.park('/a', { job: 'job-1', reason: 'damaged', at: AT });
    expect(await world.listed()).toEqual(['/a']);
    expect(await world.jar.unsettled(['/a'])).toEqual(new Map());
    await write(whole);
    expect(await world.listed()).toEqual([]);
    expect([...(await world.jar.unsettled(['/a'])).keys()]).toEqual(['/a']);
  });

  it('are listed in pages, in order', async () => {
    const world = new World();
    const all = Array.from({ length: 250 }, (_, index) => `/p/${String(index).padStart(3, '0')}`);
    for (const [index, identifier] of all.entries()) {
      await world.learn(identifier);
      await world.settle(identifier, `job-${index}`, index % 2 === 0 ? 'failed' : undefined);
    }
    const listed: string[] = [];
    for (let after: string | undefined; ;) {
      const page = await world.parked.list(after, 30);
      if (page.length === 0) break;
      listed.push(...page.map(({ identifier }) => identifier));
      after = listed.at(-1);
    }
    expect(listed).toEqual(all.filter((_, index) => index % 2 === 0));
  });

  const step = fc.constantFrom('learn', 'settle', 'fail', 'park', 'refuse', 'allow', 'delete');

  it('are one too few never, whatever happens, wherever a job is killed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const world = new World();
        let expected = false;
        for (const [index, what] of steps.entries()) {
          const [opened] = await world.jar.open(['/a']);
          if (what === 'learn') {
            const isNew = await world.learn('/a').catch(() => undefined);
            expected &&= isNew === undefined;
          } else if (what === 'settle' || what === 'fail') {
            const done = await world.settle('/a', `job-${index}`, what === 'fail' ? 'failed' : undefined).then(
              () => true,
              () => false,
            );
            if (done && opened?.known === true) expected = what === 'fail';
          } else if (what === 'park' && opened?.known === true) {
            const { knowledge } = opened;
            await world.jar.park('/a', { job: `job-${index}`, reason: 'stuck', at: world.later(), knowledge });
            expected = true;
          } else if (what === 'delete') {
            await world.jar.delete('/a');
            expected = false;
          } else if (what === 'refuse') world.refused = 'cookie:';
          else if (what === 'allow') world.refused = undefined;
          if (expected) expect(await world.listed()).toEqual(['/a']);
        }
      }),
      { numRuns: 300 },
    );
  });
});
