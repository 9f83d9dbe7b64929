import fc from 'fast-check';
import { IrodsConnectionError, IrodsServerError } from '../../../retrieval/irods/errors.ts';
import { listRetrievals } from '../../../retrieval/retrieval-log.ts';
import { DeathError } from '../irods-retrieval/zone-world.ts';
import { type SweepOptions, SweepWorld } from './sweep-world.ts';

const PLACES = ['/seq/1/a', '/seq/1/a.b', '/seq/1/a/b', '/seq/1/a/b.c', '/seq/2/x', '/seq/2/y y', '/seq/é'];
const COLLECTIONS = ['/seq/1', '/seq/2', '/seq/1/a', '/seq/3'];
const ATTRIBUTES = ['study', 'type'];
const VALUES = ['1', '2', '3'];

/** Something that happens in the zone, mostly unseen by the queries. */
type Change =
  | { readonly kind: 'put' | 'remove' | 'trash' | 'replica' | 'trim'; readonly path: string }
  | { readonly kind: 'add' | 'set' | 'drop'; readonly path: string; readonly attribute: string; readonly value: string }
  | { readonly kind: 'rename' | 'move'; readonly path: string; readonly to: string };

/** Something that happens to the jar. */
type Event =
  | Change
  | { readonly kind: 'time'; readonly seconds: number }
  | { readonly kind: 'retrieval' }
  | { readonly kind: 'settle' }
  | { readonly kind: 'sweep'; readonly options: SweepOptions; readonly ending: Ending; readonly meanwhile: Meanwhile };

/** What becomes of a sweep that died. */
type Ending = 'resumed' | 'repeated' | 'given up';

/** What happens before the so many-th question of a sweep, or when it was answered. */
interface Meanwhile {
  readonly at: number;
  readonly answered: boolean;
  readonly changes: readonly Change[];
  readonly retrieves: boolean;
}

const path = fc.constantFrom(...PLACES);
const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('put'), path }) },
  fc.record({ kind: fc.constantFrom('remove', 'trash', 'replica', 'trim'), path }),
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom('add', 'set', 'drop'),
      path,
      attribute: fc.constantFrom(...ATTRIBUTES),
      value: fc.constantFrom(...VALUES),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('rename'), path, to: path }) },
  fc.record({
    kind: fc.constant('move'),
    path: fc.constantFrom(...COLLECTIONS),
    to: fc.constantFrom(...COLLECTIONS),
  }),
);

const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 12, arbitrary: change },
  fc.record({ kind: fc.constant('time'), seconds: fc.integer({ min: 0, max: 90 }) }),
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('retrieval') }) },
  fc.record({ kind: fc.constant('settle') }),
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('sweep'),
      options: fc.oneof(
        fc.constant({}),
        fc.record({ diesAt: fc.integer({ min: 1, max: 12 }) }),
        fc.record({ diesAtWake: fc.integer({ min: 1, max: 6 }) }),
      ),
      ending: fc.constantFrom('resumed', 'repeated', 'given up'),
      meanwhile: fc.record({
        at: fc.integer({ min: 0, max: 20 }),
        answered: fc.boolean(),
        changes: fc.array(change, { maxLength: 3 }),
        retrieves: fc.boolean(),
      }),
    }),
  },
);

/** A world in which things happen. */
class Story {
  readonly world = new SweepWorld();
  /** Paths that there are. */
  readonly objects = new Set<string>();
  #next = 0;

  constructor() {
    this.world.catalogue.putCollection('/seq');
  }

  async play(events: readonly Event[]): Promise<void> {
    for (const one of events) await this.#play(one);
    this.world.zone.before = () => {};
    this.world.zone.after = () => {};
    await this.world.retrieve();
    await this.world.sweep();
  }

  async #play(one: Event): Promise<void> {
    const { world } = this;
    if (one.kind === 'time') world.pass(one.seconds);
    else if (one.kind === 'retrieval') await world.retrieve();
    else if (one.kind === 'settle') await world.settleWoken();
    else if (one.kind === 'sweep') await this.#sweep(one);
    else this.#change(one);
  }

  async #sweep({ options, ending, meanwhile }: Extract<Event, { kind: 'sweep' }>): Promise<void> {
    const { world } = this;
    let asked = 0;
    const happen = async (): Promise<void> => {
      asked += 1;
      if (asked !== meanwhile.at) return;
      for (const one of meanwhile.changes) this.#change(one);
      if (meanwhile.retrieves) await world.retrieve();
    };
    world.zone[meanwhile.answered ? 'after' : 'before'] = happen;
    world.zone[meanwhile.answered ? 'before' : 'after'] = () => {};
    world.pass(1);
    const died = await world.sweep(options).then(() => false, unless(DeathError));
    world.pass(1);
    if (died && ending === 'resumed') await world.repeat();
    if (died && ending === 'repeated') await world.repeat({ lastProgress: undefined });
  }

  #change(one: Change): void {
    if (one.kind === 'put') this.#put(one.path);
    else if (one.kind === 'move') this.#moveCollection(one.path, one.to);
    else if (this.objects.has(one.path)) this.#changeObject(one);
  }

  #put(at: string): void {
    if (this.objects.has(at) || this.#isCollection(at) || this.#liesInObject(at)) return;
    this.world.catalogue.putObject(at, { replicas: [{ checksum: this.#fresh() }] });
    this.objects.add(at);
  }

  #changeObject(one: Exclude<Change, { kind: 'move' }>): void {
    const { catalogue } = this.world;
    if (one.kind === 'remove' || one.kind === 'trash') {
      this.objects.delete(one.path);
      if (one.kind === 'remove') catalogue.remove(one.path);
      else catalogue.rename(one.path, `/seq/trash/${this.#fresh()}`);
    }
    if (one.kind === 'rename') this.#rename(one.path, one.to);
    if (one.kind === 'replica') catalogue.setReplica(one.path, 0, { checksum: this.#fresh(), at: 1 });
    if (one.kind === 'trim') this.#addOrTrim(one.path);
    if (one.kind === 'add') this.#add(one.path, one.attribute, one.value);
    if (one.kind === 'set') catalogue.setAvu(one.path, { attribute: one.attribute, value: one.value });
    if (one.kind === 'drop') catalogue.removeAvu(one.path, { attribute: one.attribute, value: one.value });
  }

  #rename(from: string, to: string): void {
    this.objects.delete(from);
    if (from === to || from.startsWith(`${to}/`) || !this.#isFree(to)) {
      this.objects.add(from);
      return;
    }
    this.world.catalogue.rename(from, to);
    this.objects.add(to);
  }

  #addOrTrim(at: string): void {
    const { catalogue } = this.world;
    try {
      catalogue.addReplica(at, { number: 1, checksum: this.#fresh() });
    } catch {
      catalogue.removeReplica(at, 1);
    }
  }

  #add(at: string, attribute: string, value: string): void {
    try {
      this.world.catalogue.addAvu(at, { attribute, value });
    } catch {
      // It has this one.
    }
  }

  #moveCollection(from: string, to: string): void {
    const within = (one: string, collection: string): boolean => one.startsWith(`${collection}/`);
    const moved = [...this.objects].filter((one) => within(one, from));
    if (moved.length === 0 || to === from || within(to, from) || within(from, to)) return;
    if (this.#isCollection(to) || this.objects.has(to) || this.#liesInObject(to)) return;
    this.world.catalogue.removeCollection(to);
    this.world.catalogue.renameCollection(from, to);
    for (const one of moved) {
      this.objects.delete(one);
      this.objects.add(to + one.slice(from.length));
    }
  }

  #isFree(at: string): boolean {
    return !this.objects.has(at) && !this.#isCollection(at) && !this.#liesInObject(at);
  }

  #isCollection(at: string): boolean {
    const isOne = [...this.objects].some((one) => one.startsWith(`${at}/`));
    if (!isOne) this.world.catalogue.removeCollection(at);
    return isOne;
  }

  #liesInObject(at: string): boolean {
    return [...this.objects].some((one) => at.startsWith(`${one}/`));
  }

  #fresh(): string {
    this.#next += 1;
    return `v${this.#next}`;
  }
}

function unless(expected: new (...args: never[]) => Error): (error: unknown) => true {
  return (error) => {
    if (!(error instanceof expected)) throw error;
    return true;
  };
}

/** The jar says of each path what the catalogue says, and that there is nothing where there is nothing. */
async function expectAgreement({ world, objects }: Story): Promise<void> {
  for (const at of objects) {
    const known = await world.known(at);
    const listing = await world.zone.list(at);
    const attributes = new Map<string, Set<string>>();
    for (const { attribute, value } of listing.avus ?? [])
      attributes.set(attribute, (attributes.get(attribute) ?? new Set()).add(value));
    const replicas = listing.replicates?.map(
      ({ number, checksum, valid }) => [number, { checksum, upToDate: valid }] as const,
    );
    expect({ at, gone: known?.gone, id: known?.dataId, avus: known?.attributes, replicas: known?.replicas }).toEqual({
      at,
      gone: false,
      id: String(world.catalogue.idOf(at)),
      avus: attributes,
      replicas: new Map(replicas),
    });
  }
  for (const at of await world.identifiers())
    expect([at, (await world.known(at))?.gone]).toEqual([at, !objects.has(at)]);
}

/** Each cookie was woken when everything that sweeps said of it was stored. */
async function expectWoken({ world }: Story): Promise<void> {
  for (const at of await world.identifiers())
    expect([at, world.saidWhenWoken.get(at) ?? 0]).toEqual([at, await world.timesSaid(at)]);
}

describe('what the jar knows after a sweep', () => {
  it('is what the catalogue has, whatever happened unseen, died, or was retrieved meanwhile; and the next is silent', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 3, maxLength: 40 }), async (events) => {
        const story = new Story();
        try {
          await story.play(events);
          await expectAgreement(story);
          await expectWoken(story);
          story.world.pass(100);
          const said = { changed: 0, gone: 0, renamed: 0, new: 0, returned: 0, unreadable: 0, stored: 0, woken: 0 };
          await story.world.settleWoken();
          expect(await story.world.sweep()).toMatchObject({ ...said, agreed: story.objects.size });
          expect(await story.world.sweepDocuments()).toEqual(['irods-sweep:IrodsSweep']);
        } finally {
          story.world.close();
        }
      }),
      { numRuns: 60 },
    );
  }, 180_000);
});

describe('a sweep that is broken off', () => {
  let world: SweepWorld;

  beforeEach(async () => {
    world = new SweepWorld();
    world.catalogue.together(() => {
      for (let index = 0; index < 350; index += 1) world.catalogue.putObject(`/seq/${index % 3}/${index}`);
    });
    await world.retrieve();
  });

  afterEach(() => world.close());

  it('goes on where it was', async () => {
    world.catalogue.remove('/seq/0/0');
    world.catalogue.addReplica('/seq/1/1', { number: 1 }, { at: 1 });
    world.catalogue.addReplica('/seq/2/2', { number: 1 }, { at: 1 });
    world.zone.before = ({ what, path: at }) => {
      if (what === 'list' && at === '/seq/2/98') throw new DeathError('dead');
    };
    const config = { rate: 150 };
    await expect(world.sweep({ config })).rejects.toThrow('dead');
    world.zone.before = () => {};
    world.zone.asked.length = 0;
    expect(await world.repeat()).toMatchObject({ agreed: 347, changed: 2, gone: 1 });
    const listed = world.zone.asked.filter(({ what }) => what === 'list');
    expect(listed.length).toBeLessThan(250);
    expect(await world.updates('/seq/1/1')).toHaveLength(2);
    expect(await world.updates('/seq/2/2')).toHaveLength(2);
  });

  it('wakes cookies whose updates were stored but that were not woken, in the next one at the latest', async () => {
    world.catalogue.addReplica('/seq/1/1', { number: 1 }, { at: 1 });
    await expect(world.sweep({ diesAtWake: 1 })).rejects.toThrow('dead');
    expect(await world.updates('/seq/1/1')).toHaveLength(2);
    expect(world.woken.size).toBe(0);
    world.pass(100);
    expect(await world.sweep()).toMatchObject({ changed: 1, stored: 0, woken: 1 });
    expect(await world.updates('/seq/1/1')).toHaveLength(2);
    await world.settleWoken();
    world.pass(100);
    expect(await world.sweep()).toMatchObject({ changed: 0, stored: 0, woken: 0 });
  });

  it('fails where the server is gone, says nothing wrong, and is logged', async () => {
    world.zone.before = ({ what, path: at }) => {
      if (world.zone.asked.length > 30 || (what === 'list' && at === '/seq/0/3'))
        throw new IrodsConnectionError('no connection', { code: -305_111 });
    };
    await expect(world.sweep()).rejects.toThrow('no connection');
    world.zone.before = () => {};
    expect(await world.repeat()).toMatchObject({ agreed: 350, gone: 0, stored: 0 });
    expect(await listRetrievals(world.documents, 'IrodsSweep')).toMatchObject([
      { failure: null, stored: 0 },
      { failure: 'no connection' },
    ]);
  });

  it('goes past objects and collections that nothing can be had of while all others can', async () => {
    world.zone.before = ({ what, path: at }) => {
      if (what === 'list' && at === '/seq/0/3') throw new IrodsConnectionError('baton crashed');
      if (what === 'contents' && at === '/seq/1') throw new IrodsServerError('too much', { code: -154_000 });
    };
    expect(await world.sweep()).toMatchObject({ unreadable: 2, gone: 0, stored: 0, agreed: 350 - 117 - 1 });
  });

  it('ends when it is told to', async () => {
    const stop = new AbortController();
    world.zone.before = () => {
      if (world.zone.asked.length > 20) stop.abort(new Error('shutdown'));
    };
    await expect(world.sweep({ signal: stop.signal })).rejects.toThrow('shutdown');
    expect(world.zone.asked.length).toBeLessThan(30);
  });
});
