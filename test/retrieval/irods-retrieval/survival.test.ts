import fc from 'fast-check';
import { RetrievalTakenOverError } from '../../../retrieval/irods/retrieval/errors.ts';
import { DeathError, type RunOptions, ZoneWorld } from './zone-world.ts';

const OVERLAP = 60;
const PATHS = ['/seq/1/a.cram', '/seq/1/b.cram', '/seq/2/c#1.cram'];

/** Something that happens in the zone, or to its retrieval. */
type Event =
  | { readonly kind: 'time'; readonly seconds: number }
  | { readonly kind: 'object'; readonly path: string; readonly replicas: number; readonly late: number }
  | { readonly kind: 'avus'; readonly path: string; readonly count: number; readonly late: number }
  | { readonly kind: 'replica'; readonly path: string; readonly late: number }
  | { readonly kind: 'run'; readonly options: RunOptions; readonly resumes: boolean }
  | { readonly kind: 'two runs'; readonly at: number }
  | { readonly kind: 'failing run'; readonly alias: string };

const late = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: OVERLAP }));
const path = fc.constantFrom(...PATHS);
const rowsAtOnce = fc.constantFrom(2, 5, 1000);

const event: fc.Arbitrary<Event> = fc.oneof(
  fc.record({ kind: fc.constant('time'), seconds: fc.integer({ min: 0, max: 90 }) }),
  fc.record({ kind: fc.constant('object'), path, replicas: fc.integer({ min: 1, max: 3 }), late }),
  fc.record({ kind: fc.constant('avus'), path, count: fc.integer({ min: 1, max: 8 }), late }),
  fc.record({ kind: fc.constant('replica'), path, late }),
  fc.record({
    kind: fc.constant('run'),
    options: fc.record({ rowsAtOnce }),
    resumes: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('run'),
    options: fc.record({ rowsAtOnce, diesAt: fc.integer({ min: 1, max: 12 }), diesAfterStoring: fc.boolean() }),
    resumes: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('two runs'), at: fc.integer({ min: 0, max: 3 }) }),
  fc.record({
    kind: fc.constant('failing run'),
    alias: fc.constantFrom('dataModifiedPartial', 'metadataModifiedPartial'),
  }),
);

/** A world with notes of what was done to its zone. */
class Story {
  readonly world = new ZoneWorld();
  readonly avus = new Map<string, string[]>();
  readonly states = new Map<string, string[]>();
  #next = 0;

  async play(events: readonly Event[]): Promise<void> {
    for (const one of events) await this.#play(one);
    this.world.now += 1000;
    await this.world.run();
  }

  async #play(one: Event): Promise<void> {
    const { world } = this;
    if (one.kind === 'time') world.now += one.seconds;
    else if (one.kind === 'run') await this.#run(one.options, one.resumes);
    else if (one.kind === 'two runs') await this.#twoRuns(one.at);
    else if (one.kind === 'failing run') await this.#failingRun(one.alias);
    else this.#change(one);
  }

  #change(one: Extract<Event, { readonly path: string }>): void {
    const { world, avus, states } = this;
    const at = world.now - one.late;
    if (!states.has(one.path)) {
      const count = one.kind === 'object' ? one.replicas : 1;
      const replicas = Array.from({ length: count }, () => ({ checksum: this.#fresh() }));
      world.catalogue.putObject(one.path, { at, replicas });
      states.set(
        one.path,
        replicas.map(({ checksum }, number) => `${number}:${checksum}`),
      );
    } else if (one.kind === 'replica') {
      const checksum = this.#fresh();
      world.catalogue.setReplica(one.path, 0, { checksum, at });
      states.set(one.path, [`0:${checksum}`, ...(states.get(one.path) ?? []).slice(1)]);
    }
    for (let left = one.kind === 'avus' ? one.count : 0; left > 0; left -= 1) {
      const avu = { attribute: `key${left % 2}`, value: this.#fresh() };
      world.catalogue.addAvu(one.path, avu, { at });
      avus.set(one.path, [...(avus.get(one.path) ?? []), `${avu.attribute}=${avu.value}`]);
    }
  }

  async #run(options: RunOptions, resumes: boolean): Promise<void> {
    const { world } = this;
    await world.run({ ...options, lastProgress: resumes ? world.lastBeat : undefined }).catch(unless(DeathError));
  }

  /** The second comes and goes, and more is put on the object, while the first waits for one of its answers. */
  async #twoRuns(at: number): Promise<void> {
    const { queries } = this.world;
    let asked = 0;
    queries.before = async () => {
      if (asked++ !== at) return;
      await this.world.run();
      for (const one of PATHS) this.#change({ kind: 'avus', path: one, count: 1, late: 30 });
    };
    await this.world.run().catch(unless(RetrievalTakenOverError));
    queries.before = () => {};
  }

  async #failingRun(failing: string): Promise<void> {
    const { queries } = this.world;
    queries.before = (alias) => {
      if (alias === failing) throw new Error('no answer');
    };
    await this.world.run().catch(unless(Error));
    queries.before = () => {};
  }

  #fresh(): string {
    this.#next += 1;
    return `v${this.#next}`;
  }
}

function unless(expected: new (...args: never[]) => Error): (error: unknown) => void {
  return (error) => {
    if (!(error instanceof expected)) throw error;
  };
}

async function expectAgreement({ world, avus, states }: Story): Promise<void> {
  for (const one of PATHS) {
    const shown = await world.showings(one);
    const present = [...(avus.get(one) ?? []), ...(states.get(one) ?? [])];
    for (const text of present) expect([one, text, shown.get(text)]).toEqual([one, text, 1]);
    for (const [text, times] of shown) expect([one, text, times]).toEqual([one, text, 1]);
  }
}

describe('what the jar has in the end', () => {
  it('is what the catalogue has, nothing lost and nothing doubled, whatever happens', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 1, maxLength: 25 }), async (events) => {
        const story = new Story();
        try {
          await story.play(events);
          await expectAgreement(story);
          expect(await story.world.stateDocuments()).toEqual(['irods-retrieval:IrodsRetrieval:seq']);
        } finally {
          story.world.close();
        }
      }),
      { numRuns: 60 },
    );
  }, 120_000);
});
