import { BiscuitTin } from '../../cookiejar/biscuit-tin.ts';
import { type OpenJar, openJar } from '../../cookiejar/open-jar.ts';
import { type TestJar, startTestJar } from '../support/jar.ts';
import { applied, listed, size } from '../support/jar-contract.ts';

const LIMITS = { maxEnrichments: 20, maxBytes: 100_000 };

let server: TestJar;
let opened: OpenJar[];
let jars: BiscuitTin[];

beforeAll(async () => {
  server = await startTestJar();
});

afterAll(async () => server.stop());

beforeEach(async () => {
  const database = server.newDatabase();
  // At once: the creation of the database is a race, too.
  opened = await Promise.all(Array.from({ length: 3 }, async () => openJar({ url: server.url, database, batchMs: 0 })));
  jars = opened.map(({ documents }) => new BiscuitTin(documents, LIMITS));
});

afterEach(async () => Promise.all(opened.map(async ({ close }) => close())));

describe('several processes on one database', () => {
  it('lose nothing and double nothing when they all write the same cookie', async () => {
    const enrichments = Array.from({ length: 90 }, (_, n) => size(n, n));
    await Promise.all(
      enrichments.map(async (one, n) => jars[n % jars.length]?.enrich([{ identifier: '/hot', enrichments: [one] }])),
    );
    expect([...((await jars[0]?.fetch('/hot'))?.enrichments ?? [])]).toEqual(enrichments);
  });

  it('store once what all of them add', async () => {
    const enrichments = Array.from({ length: 20 }, (_, n) => size(n, n));
    const outcomes = await Promise.all(
      jars.flatMap((jar) => enrichments.map(async (one) => jar.enrich([{ identifier: '/a', enrichments: [one] }]))),
    );
    const stored = outcomes.flat().flatMap((outcome) => outcome.stored);
    expect(stored.toSorted((a, b) => Date.parse(a.timestamp) - Date.parse(b.timestamp))).toEqual(enrichments);
  });

  it('keep pins, marks and knowledge while they write over each other', async () => {
    await jars[0]?.enrich([{ identifier: '/a', enrichments: [size(0)] }]);
    await Promise.all(
      jars.flatMap((jar, j) => [
        ...Array.from({ length: 10 }, async (_, n) =>
          jar.recordJudgement('/a', {
            pin: { job: 'j', rulebook: 'h' },
            applications: [applied('j', `r${n}`, j)],
            problems: [],
          }),
        ),
        jar.enrich([{ identifier: '/a', enrichments: [size(j + 1)] }]),
      ]),
    );
    const [cookie] = (await jars[0]?.open(['/a'])) ?? [];
    expect(cookie?.cookie.enrichments.fromSource('rule_application')).toHaveLength(10);
    expect(cookie?.cookie.enrichments.fromSource('folder_update')).toHaveLength(4);
    expect(cookie?.pin).toEqual({ job: 'j', rulebook: 'h' });
  });

  it('leave either nothing or only what came after, when one deletes while others write', async () => {
    const [one, two, three] = jars;
    for (let round = 0; round < 10; round++) {
      await one?.enrich([{ identifier: '/a', enrichments: Array.from({ length: 30 }, (_, n) => size(n, n)) }]);
      const [opening] = (await two?.open(['/a'])) ?? [];
      const writes = Array.from({ length: 10 }, async (_, n) =>
        n % 2 === 0
          ? two?.enrichFrom(opening?.basis ?? '', { identifier: '/a', enrichments: [size(100 + n)] })
          : two?.settle('/a', { knowledge: 'k', rulebook: 'h', job: `j${n}`, at: '2026-01-05T06:00:00.000Z' }),
      );
      const [existed] = await Promise.all([three?.delete('/a'), ...writes]);
      expect(existed).toBeDefined();
      expect(await one?.fetch('/a')).toBeUndefined();
    }
  });

  it('never show a cookie with half its pages while it is deleted and made anew', async () => {
    const [writer, reader] = jars;
    const history = Array.from({ length: 60 }, (_, n) => size(n, n));
    const progress = { lives: 0 };
    const lives = (async () => {
      for (; progress.lives < 5; progress.lives++) {
        await writer?.enrich([{ identifier: '/a', enrichments: history }]);
        await writer?.delete('/a');
      }
    })();
    while (progress.lives < 5) expect([undefined, 60]).toContain((await reader?.fetch('/a'))?.enrichments.length);
    await lives;
    for (const { documents } of opened) expect(await listed(documents.listIds(''))).toEqual([]);
  });
});
