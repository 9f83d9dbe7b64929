import fc from 'fast-check';
import { SimilarReader } from '../../similarity/analysis/similar-reader.ts';
import { startTestJar, type TestJar } from '../support/jar.ts';
import {
  type ConfigInput,
  type CookieFactsTold,
  type Ground,
  memoryGround,
  openGround,
  scores,
} from './analysis-ground.ts';
import { allPairs, DyingDocuments, fromScratch, HaltingDocuments, ScheduledDocuments } from './analysis-model.ts';
import { anyFamilies } from './digest-arbitrary.ts';

const PLENTY = 1000;
const MANY_RUNS = 40;
const FEW_RUNS = 3;
const ATTRIBUTES = [{ source: 'digests', key: 'tags' }];

/** Facts of cookies that are related often. */
const anyPool = fc
  .tuple(fc.constantFrom(12, 24, 96), fc.nat({ max: 1000 }))
  .chain(([size]) =>
    fc.tuple(
      anyFamilies,
      fc.constant([
        `${size}:aBcDeFgHiJkLmNoPqRsTuVwXyZ01:zYxWvUtSrQpOnM`,
        `${size}:aBcDeFgHiJkLmNoPqRsTuVwXyZ02:zYxWvUtSrQpOnM`,
        `${size}:aBcDeFgHiJkLmNoPqRs33uVwXyZ0:zYxWvUtSrQpOnM`,
        `${size * 2}:zYxWvUtSrQpOnM:zYxWvUt`,
        '3::',
      ]),
    ),
  )
  .map((pools) => pools.flat());

const anyConfig: fc.Arbitrary<ConfigInput> = fc.record({
  ssdeep_threshold: fc.constantFrom(0, 40, 70, 100),
  neighbours: fc.constantFrom(1, 2, PLENTY),
  comparison_type_rules: fc.constantFrom({ '*': ['*'] }, { png: ['*'] }, { png: ['gif'], gif: ['gif'] }),
  attributes: fc.constantFrom([], [], ATTRIBUTES),
});

const anyCookie = fc.nat({ max: 14 }).map((number) => `/${number}`);

type Step =
  | { kind: 'tell'; identifier: string; digest: number; type: string; tags: readonly string[] }
  | { kind: 'delete'; identifier: string }
  | { kind: 'analyse'; config: ConfigInput }
  | { kind: 'crash'; config: ConfigInput; at: number; afterwards: boolean };

const anyTold = fc.record({
  kind: fc.constant('tell' as const),
  identifier: anyCookie,
  digest: fc.nat(),
  type: fc.constantFrom('image/png', 'image/gif', ''),
  tags: fc.subarray(['a', 'b', 'c', 'd']),
});
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: anyTold },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete' as const), identifier: anyCookie }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('analyse' as const), config: anyConfig }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('crash' as const),
      config: anyConfig,
      at: fc.nat({ max: 60 }),
      afterwards: fc.boolean(),
    }),
  },
);

const PLACES = [
  ['in memory', MANY_RUNS],
  ['on the jar server', FEW_RUNS],
] as const;

describe.each(PLACES)('The results of the similarity analysis %s', (place, numRuns) => {
  let server: TestJar;
  let ground: Ground;
  let model: Map<string, CookieFactsTold>;

  beforeAll(async () => {
    server = await startTestJar();
  });
  afterAll(async () => server.stop());

  async function anew(): Promise<void> {
    ground = place === 'in memory' ? memoryGround() : await openGround(server);
    model = new Map();
  }

  async function tell({ identifier, digest, type, tags }: Extract<Step, { kind: 'tell' }>, pool: readonly string[]) {
    const ssdeep = pool[digest % pool.length] ?? '3::';
    const facts = { ssdeep, media_type: type, tags };
    model.set(identifier, facts);
    await ground.tell(identifier, facts);
  }

  async function take(step: Step, pool: readonly string[]): Promise<void> {
    if (step.kind === 'tell') await tell(step, pool);
    else if (step.kind === 'delete') {
      model.delete(step.identifier);
      await ground.jar.delete(step.identifier);
    } else if (step.kind === 'analyse') {
      expect(await ground.analyse(step.config)).toMatchObject({ overtaken: false });
      await expectRight(step.config);
    } else {
      const documents = new DyingDocuments(ground.documents, step.at, step.afterwards);
      await ground.analyse(step.config, { documents }).catch((error: unknown) => {
        if (!documents.died) throw error;
      });
    }
  }

  async function expectRight(config: ConfigInput): Promise<void> {
    const found = scores(await ground.pairs());
    const expected = await fromScratch(model, config);
    expect(found).toEqual(expected.pairs);
    const { neighbours, attributes = [] } = config as { neighbours?: number; attributes?: readonly unknown[] };
    if (neighbours === PLENTY && attributes.length === 0) expect(found).toEqual(allPairs(model, config));
    const reader = new SimilarReader(ground.documents);
    expect(await reader.families({ limit: PLENTY, members: 50 })).toEqual(expected.families);
    await expectReadable(reader, found);
    await expectTidy();
  }

  /** Who is in a relationship is told so, unless there are more and better ones than are kept. */
  async function expectReadable(reader: SimilarReader, pairs: Record<string, unknown>): Promise<void> {
    for (const identifier of model.keys()) {
      const similar = (await reader.similarTo(identifier, { threshold: 0, limit: PLENTY }))?.similar ?? [];
      for (const { identifier: other, measurements } of similar) {
        expect(pairs[[identifier, other].toSorted().join(' ~ ')]).toEqual(measurements);
      }
    }
  }

  async function expectTidy(): Promise<void> {
    const ids: string[] = [];
    for await (const id of ground.documents.listIds('similar-todo:')) ids.push(id);
    expect(ids).toEqual([]);
  }

  it('are those of comparing all with all, whatever came, changed, went, was configured and crashed', async () => {
    await fc.assert(
      fc.asyncProperty(anyPool, fc.array(anyStep, { maxLength: 40 }), anyConfig, async (pool, steps, config) => {
        await anew();
        try {
          for (const step of steps) await take(step, pool);
          await take({ kind: 'analyse', config }, pool);
        } finally {
          await ground.close();
        }
      }),
      { numRuns },
    );
  }, 120_000);

  it('are right when one run stands still at any place while another does the work, and goes on afterwards', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyPool,
        fc.array(anyTold, { minLength: 4, maxLength: 20 }),
        fc.array(anyTold, { maxLength: 8 }),
        anyConfig,
        fc.nat({ max: 80 }),
        async (pool, first, second, config, haltAt) => {
          await anew();
          try {
            for (const step of first) await tell(step, pool);
            const documents = new HaltingDocuments(ground.documents, haltAt);
            const slow = ground.analyse(config, { documents });
            await Promise.race([documents.halted, slow]);
            for (const step of second) await tell(step, pool);
            const { overtaken } = await ground.analyse(config);
            expect(overtaken).toBe(false);
            documents.goOn();
            await slow;
            await expectRightAfter(config);
          } finally {
            await ground.close();
          }
        },
      ),
      { numRuns },
    );
  }, 120_000);

  it('are right when several runs write in whatever order, and one of them dies', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        anyPool,
        fc.array(anyTold, { minLength: 4, maxLength: 20 }),
        fc.array(anyTold, { maxLength: 8 }),
        anyConfig,
        fc.nat({ max: 60 }),
        async (scheduler, pool, first, second, config, dieAt) => {
          await anew();
          try {
            for (const step of first) await tell(step, pool);
            const dying = new DyingDocuments(ground.documents, dieAt, false);
            await ground.analyse(config, { documents: dying }).catch(() => undefined);
            for (const step of second) await tell(step, pool);
            const runs = [1, 2, 3].map(async () =>
              ground.analyse(config, { documents: new ScheduledDocuments(ground.documents, scheduler) }),
            );
            const outcomes = await scheduler.waitFor(Promise.all(runs));
            expect(outcomes.filter(({ overtaken }) => !overtaken)).not.toEqual([]);
            await expectRightAfter(config);
          } finally {
            await ground.close();
          }
        },
      ),
      { numRuns },
    );
  }, 120_000);

  /** The slow run may have left documents behind that nobody reads; the next run that writes takes them away. */
  async function expectRightAfter(config: ConfigInput): Promise<void> {
    expect(scores(await ground.pairs())).toEqual((await fromScratch(model, config)).pairs);
    model.set('/last', { ssdeep: '3:AXGBicFlgVNhBGcL6wCrFQEv:AXGHsNhxLsr2C' });
    await ground.tell('/last', { ssdeep: '3:AXGBicFlgVNhBGcL6wCrFQEv:AXGHsNhxLsr2C' });
    await ground.analyse(config);
    await expectRight(config);
  }
});
