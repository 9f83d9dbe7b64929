import * as fc from 'fast-check';
import type { CookieJar } from '../../cookiejar/cookie-jar.ts';
import { durationText } from '../../periodic/triggers/duration.ts';
import { type Where, kindOf } from '../../periodic/triggers/where.ts';
import { instant } from '../support/jar-arbitraries.ts';
import { DeathError, TriggerWorld } from './trigger-world.ts';

/** The kinds that are asked about. */
const KINDS: readonly Where[] = [
  { source: 'a' },
  { source: 'a', key: 'n' },
  { source: 'a', key: 'n', value: { x: [1] } },
  (sources) => sources.includes('a') && sources.length > 1,
];

/** Seconds between the instants of a history; the longer ones reach beyond what an index keeps. */
const PACES = [1, 10_000] as const;
const INSTANTS = 40;

type Step =
  | { readonly kind: 'enrich'; cookie: number; source: string; second: number; n: number }
  | { readonly kind: 'delete'; cookie: number }
  | { readonly kind: 'ask'; second: number; short: boolean }
  | { readonly kind: 'die'; second: number; short: boolean; at: number; stored: boolean };

const cookie = fc.integer({ min: 0, max: 4 });
const second = fc.integer({ min: 0, max: INSTANTS });
const short = fc.boolean();
const enrich: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('enrich' as const),
  cookie,
  source: fc.constantFrom('a', 'a', 'b', 'rule_application'),
  second,
  n: fc.integer({ min: 0, max: 2 }),
});
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: enrich },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('delete' as const), cookie }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('ask' as const), second, short }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('die' as const),
      second,
      short,
      at: fc.integer({ min: 1, max: 12 }),
      stored: fc.boolean(),
    }),
  },
);

/** What happens to a jar, and what is asked about it. */
const history = fc
  .record({
    steps: fc.array(anyStep, { minLength: 5, maxLength: 60, size: 'max' }),
    pace: fc.constantFrom(...PACES),
    /** Which of the kinds is asked about. */
    where: fc.integer({ min: 0, max: KINDS.length - 1 }),
    length: fc.integer({ min: 1, max: INSTANTS }),
    /** How many changes are told at once. */
    perPage: fc.constantFrom(1, 3, 1000),
    /** Whether totals are asked for too, for which sightings are kept for ever. */
    totals: fc.boolean(),
  })
  .map(({ steps, pace, length, ...rest }) => ({
    ...rest,
    steps: steps.map((step) => atPace(step, pace)),
    long: length * pace,
    short: Math.max(1, Math.floor((length * pace) / 4)),
  }));

function atPace(step: Step, pace: number): Step {
  return step.kind === 'delete' ? step : { ...step, second: step.second * pace };
}

/** The metadata with which histories are made; the last is what the third kind looks for. */
const METADATA = [{}, { n: 1 }, { n: { x: [1] } }] as const;

/** Reads the whole jar, and looks at every cookie. */
async function bruteForce(jar: CookieJar, kind: number, from: number, to: number) {
  let added = 0;
  let all = 0;
  let newest = -Infinity;
  for await (const { enrichments } of jar.cookies()) {
    const sources = new Set<string>();
    const seconds: number[] = [];
    let holds = false;
    for (const { source, timestamp, metadata } of enrichments) {
      if (source === 'rule_application') continue;
      sources.add(source);
      holds ||= sources.has('a') && sources.size > 1;
      const n = JSON.stringify(metadata);
      const matches = [source === 'a', source === 'a' && n !== '{}', source === 'a' && n === '{"n":{"x":[1]}}', holds];
      if (matches[kind] === true) seconds.push((Date.parse(timestamp) - Date.parse(instant(0))) / 1000);
    }
    const [first = Infinity] = seconds;
    if (first > from && first <= to) added += 1;
    if (first <= to) all += 1;
    newest = Math.max(newest, ...seconds.filter((one) => one <= to));
  }
  return { added, all, newest };
}

async function prepare(world: TriggerWorld, step: Step): Promise<void> {
  if (step.kind === 'enrich') {
    await world.add(`/${step.cookie}`, step.source, step.second, METADATA[step.n] ?? {});
  } else if (step.kind === 'delete') {
    await world.jar.delete(`/${step.cookie}`);
  }
}

describe('counts by an index', () => {
  it('of cookies added equal those by reading every cookie, whatever happened, and whenever a run died', async () => {
    await fc.assert(
      fc.asyncProperty(history, async ({ steps, where, totals, perPage, ...lengths }) => {
        const world = new TriggerWorld(perPage);
        const kind = KINDS[where] ?? { source: '' };
        for (const one of steps) {
          await prepare(world, one);
          if (one.kind === 'enrich' || one.kind === 'delete') continue;
          const seconds = one.short ? lengths.short : lengths.long;
          if (one.kind === 'die') {
            const dying = world.run(one.second, { diesAt: one.at, diesAfterStoring: one.stored });
            await dying.cookiesAddedSince(1, kind, { seconds }).catch(onlyDeath);
          }
          const run = world.run(one.second);
          await Promise.all([run.cookiesAddedSince(1, kind, { seconds }), totals && run.grownBy(10, kind)]);
          const expected = await bruteForce(world.jar, where, one.second - seconds, one.second);
          expect(await world.have(`cookiesAddedSince(1, ${kindOf(kind).name}, ${durationText(seconds * 1000)})`)).toBe(
            expected.added,
          );
          if (totals) expect(await world.have('grownBy')).toBe(expected.all);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('say how long it has been quiet as reading every cookie does, as time goes on', async () => {
    await fc.assert(
      fc.asyncProperty(history, async ({ steps, where, perPage, ...lengths }) => {
        const world = new TriggerWorld(perPage);
        const kind = KINDS[where] ?? { source: '' };
        let now = 0;
        for (const one of steps) {
          await prepare(world, one);
          if (one.kind === 'enrich' || one.kind === 'delete') continue;
          const seconds = one.short ? lengths.short : lengths.long;
          now += one.second / 4;
          if (one.kind === 'die') {
            const dying = world.run(now, { diesAt: one.at, diesAfterStoring: one.stored });
            await dying.cookiesQuietFor(kind, { seconds }).catch(onlyDeath);
          }
          const met = await world.run(now).cookiesQuietFor(kind, { seconds });
          const quiet = now - (await bruteForce(world.jar, where, 0, now)).newest;
          expect(met).toBe(quiet >= seconds);
          expect(await world.have(`cookiesQuietFor(${kindOf(kind).name}, ${durationText(seconds * 1000)})`)).toBe(
            Math.min(quiet, seconds),
          );
        }
      }),
      { numRuns: 60 },
    );
  });
});

function onlyDeath(error: unknown): void {
  if (!(error instanceof DeathError)) throw error;
}
