import type { BiscuitTin } from '../../cookiejar/biscuit-tin.ts';
import type { ChangePage, CookieJar, JudgementRecord, Settled } from '../../cookiejar/cookie-jar.ts';
import type { Enrichment } from '../../cookiejar/enrichment.ts';
import { InvalidEnrichmentError, InvalidIdentifierError } from '../../cookiejar/errors.ts';
import { MAX_SINCE } from '../../cookiejar/head.ts';
import { NO_KNOWLEDGE } from '../../cookiejar/knowledge.ts';
import { instant } from './jar-arbitraries.ts';

/** What a cookie jar owes to whoever uses it; `factory` gives an empty one. */
export function describeCookieJar(name: string, factory: () => Promise<BiscuitTin>): void {
  describe(`${name} as a cookie jar`, () => {
    let jar: CookieJar;
    beforeEach(async () => {
      jar = await factory();
    });

    describe('enriching', () => {
      it('creates a cookie with what is known of it, in time order', async () => {
        const [outcome] = await jar.enrich([{ identifier: '/a', enrichments: [size(2), size(1)] }]);
        expect(outcome).toEqual({
          identifier: '/a',
          stored: [size(1), size(2)],
          knowledge: expect.stringMatching(/^[0-9a-f]+$/),
          unsettled: true,
        });
        expect([...((await jar.fetch('/a'))?.enrichments ?? [])]).toEqual([size(1), size(2)]);
      });

      it('stores nothing when the same is added again, and says that it must still be woken', async () => {
        const [first] = await jar.enrich([{ identifier: '/a', enrichments: [size(1)] }]);
        const [again] = await jar.enrich([{ identifier: '/a', enrichments: [size(1)] }]);
        expect(again).toEqual({ ...first, stored: [] });
      });

      it('stores nothing that says the same as the one of its source just before it', async () => {
        await jar.enrich([{ identifier: '/a', enrichments: [size(1, 10), size(2, 20)] }]);
        const [outcome] = await jar.enrich([
          { identifier: '/a', enrichments: [size(1, 15), size(2, 30), size(1, 40)] },
        ]);
        expect(outcome?.stored).toEqual([size(1, 40)]);
      });

      it('stores what says the same as one of another source', async () => {
        await jar.enrich([{ identifier: '/a', enrichments: [size(1)] }]);
        const [outcome] = await jar.enrich([
          { identifier: '/a', enrichments: [{ ...size(1), source: 'other', timestamp: instant(5) }] },
        ]);
        expect(outcome?.stored).toHaveLength(1);
      });

      it('answers many updates in their order, several of one cookie among them', async () => {
        const outcomes = await jar.enrich([
          { identifier: '/a', enrichments: [size(1, 1)] },
          { identifier: '/b', enrichments: [size(1, 1)] },
          { identifier: '/a', enrichments: [size(1, 1), size(2, 2)] },
          { identifier: '/a', enrichments: [] },
        ]);
        expect(outcomes.map(({ identifier, stored }) => [identifier, stored.length])).toEqual([
          ['/a', 1],
          ['/b', 1],
          ['/a', 1],
          ['/a', 0],
        ]);
        expect((await jar.fetch('/a'))?.enrichments).toHaveLength(2);
      });

      it('creates nothing from no enrichments', async () => {
        await jar.enrich([{ identifier: '/a', enrichments: [] }]);
        expect(await jar.fetch('/a')).toBeUndefined();
      });

      it('stores nothing at all if one of the updates is invalid', async () => {
        const bad = { identifier: '/b', enrichments: [{ ...size(1), source: '' }] };
        await expect(jar.enrich([{ identifier: '/a', enrichments: [size(1)] }, bad])).rejects.toThrow(
          InvalidEnrichmentError,
        );
        await expect(
          jar.enrich([
            { identifier: '/a', enrichments: [size(1)] },
            { ...bad, identifier: '' },
          ]),
        ).rejects.toThrow(InvalidIdentifierError);
        expect(await jar.fetch('/a')).toBeUndefined();
      });

      it('keeps odd identifiers and metadata as they are', async () => {
        const odd = {
          ...size(1),
          metadata: { '': null, _id: 'x', _rev: [], 'ключ\u0000': '😀\u2028', toString: -0.5e-7 },
        };
        const identifiers = ['/a b/ü?&#%2F+"\\', '😀', 'a\u0000b', '_design/x', 'x'.repeat(4096), '../..'];
        await jar.enrich(identifiers.map((identifier) => ({ identifier, enrichments: [odd] })));
        for (const identifier of identifiers) {
          const cookie = await jar.fetch(identifier);
          expect(cookie?.identifier).toBe(identifier);
          expect([...(cookie?.enrichments ?? [])]).toEqual([odd]);
        }
      });

      it('does not take a normalised identifier for another one', async () => {
        await jar.enrich([{ identifier: 'caf\u00e9', enrichments: [size(1)] }]);
        expect(await jar.fetch('cafe\u0301')).toBeUndefined();
      });

      it('loses nothing when many write one cookie at once', async () => {
        const enrichments = Array.from({ length: 60 }, (_, n) => size(n, n));
        await Promise.all(enrichments.map(async (one) => jar.enrich([{ identifier: '/hot', enrichments: [one] }])));
        expect([...((await jar.fetch('/hot'))?.enrichments ?? [])]).toEqual(enrichments);
      });

      it('takes a long history at once', async () => {
        const enrichments = Array.from({ length: 1000 }, (_, n) => size(n, n));
        const [outcome] = await jar.enrich([{ identifier: '/long', enrichments }]);
        expect(outcome?.stored).toHaveLength(1000);
        expect([...((await jar.fetch('/long'))?.enrichments ?? [])]).toEqual(enrichments);
        const [again] = await jar.enrich([{ identifier: '/long', enrichments }]);
        expect(again).toEqual({ ...outcome, stored: [] });
      });
    });

    describe('opening', () => {
      it('gives an empty cookie where there is none', async () => {
        const [opened] = await jar.open(['/none']);
        expect(opened?.known).toBe(false);
        expect(opened?.cookie.enrichments).toHaveLength(0);
        expect(opened?.knowledge).toBe(NO_KNOWLEDGE);
      });

      it('gives cookies in the order asked for, also twice', async () => {
        await jar.enrich([{ identifier: '/b', enrichments: [size(1)] }]);
        const opened = await jar.open(['/b', '/a', '/b']);
        expect(opened.map(({ cookie, known }) => [cookie.identifier, known])).toEqual([
          ['/b', true],
          ['/a', false],
          ['/b', true],
        ]);
      });

      it('gives the same knowledge whatever the order in which it came', async () => {
        const both = [size(1, 1), { ...size(2, 2), source: 'other' }];
        await jar.enrich([{ identifier: '/a', enrichments: both }]);
        for (const one of both.toReversed()) await jar.enrich([{ identifier: '/b', enrichments: [one] }]);
        const [a, b] = await jar.open(['/a', '/b']);
        expect(a?.knowledge).toBe(b?.knowledge);
      });
    });

    describe('judging', () => {
      it('keeps pin and applications, and wakes nobody by them', async () => {
        await jar.enrich([{ identifier: '/a', enrichments: [size(1)] }]);
        const [before] = await jar.open(['/a']);
        const pin = { job: 'j1', rulebook: 'hash' };
        expect(await jar.recordJudgement('/a', judgement('j1', [applied('j1', 'r1', 5)]))).toEqual(pin);
        const [after] = await jar.open(['/a']);
        expect(after?.pin).toEqual({ job: 'j1', rulebook: 'hash' });
        expect(after?.knowledge).toBe(before?.knowledge);
        expect(after?.cookie.enrichments.fromSource('rule_application')).toEqual([applied('j1', 'r1', 5)]);
      });

      it('keeps the first application of a rule in a job, and each job its own', async () => {
        await jar.enrich([{ identifier: '/a', enrichments: [size(1)] }]);
        await jar.recordJudgement('/a', judgement('j1', [applied('j1', 'r1', 5)]));
        await jar.recordJudgement('/a', judgement('j1', [applied('j1', 'r1', 9), applied('j1', 'r2', 9)]));
        await jar.recordJudgement('/a', judgement('j2', [applied('j2', 'r1', 9)]));
        const cookie = await jar.fetch('/a');
        expect(cookie?.enrichments.fromSource('rule_application')).toHaveLength(3);
        expect(cookie?.enrichments.fromSource('rule_application')[0]).toEqual(applied('j1', 'r1', 5));
      });

      it('keeps the first pin of a job', async () => {
        await jar.enrich([{ identifier: '/a', enrichments: [size(1)] }]);
        await jar.recordJudgement('/a', judgement('j1'));
        const newer = { ...judgement('j1', [applied('j1', 'r1', 5)]), pin: { job: 'j1', rulebook: 'newer' } };
        const pin = { job: 'j1', rulebook: 'hash' };
        expect(await jar.recordJudgement('/a', newer)).toEqual(pin);
        const [opened] = await jar.open(['/a']);
        expect(opened?.pin).toEqual(pin);
        expect(opened?.cookie.enrichments.fromSource('rule_application')).toEqual([]);
      });

      it('keeps how a cookie was seen by the last judgement of a job, until the job settles', async () => {
        await jar.enrich([{ identifier: '/a', enrichments: [size(1, 1)] }]);
        const [{ seen } = { seen: new Set<string>() }] = await jar.open(['/a']);
        const wasSeen = async () => (await jar.open(['/a']))[0]?.asJudged?.enrichments;
        const first = { ...judgement('j1', [applied('j1', 'r1', 5)]), seen };
        await jar.enrich([{ identifier: '/a', enrichments: [size(2, 2)] }]);
        await jar.recordJudgement('/a', first);
        await jar.enrich([{ identifier: '/a', enrichments: [size(0, 0), size(4, 4)] }]);
        expect([...((await wasSeen()) ?? [])]).toEqual([size(1, 1)]);
        const [again] = await jar.open(['/a']);
        expect(again?.cookie.enrichments.length).toBe(5);
        await jar.recordJudgement('/a', { ...judgement('j1'), ...(again && { seen: again.seen }) });
        expect(await wasSeen()).toBeUndefined();
        await jar.enrich([{ identifier: '/a', enrichments: [size(6, 6)] }]);
        expect((await wasSeen())?.length).toBe(5);
        await jar.settle('/a', settled('j1', again?.knowledge ?? ''));
        expect(await wasSeen()).toBeUndefined();
        await jar.enrich([{ identifier: '/a', enrichments: [size(7, 7)] }]);
        expect(await wasSeen()).toBeUndefined();
      });

      it('does not say how it was seen where too many have come since', async () => {
        await jar.enrich([{ identifier: '/a', enrichments: [size(1, 1)] }]);
        const [{ seen } = { seen: new Set<string>() }] = await jar.open(['/a']);
        await jar.recordJudgement('/a', { ...judgement('j1'), seen });
        const many = Array.from({ length: MAX_SINCE + 7 }, (_, index) => size(index + 2, index + 2));
        await jar.enrich([{ identifier: '/a', enrichments: many }]);
        const [opened] = await jar.open(['/a']);
        expect(opened?.cookie.enrichments.length).toBe(MAX_SINCE + 8);
        expect(opened).not.toHaveProperty('asJudged');
      });

      it('nor where some of what came has left for a page before the judgement was stored', async () => {
        await jar.enrich([{ identifier: '/a', enrichments: [size(1, 1)] }]);
        const [{ seen } = { seen: new Set<string>() }] = await jar.open(['/a']);
        await jar.enrich([
          { identifier: '/a', enrichments: Array.from({ length: 110 }, (_, index) => size(index + 2, index + 2)) },
        ]);
        await jar.recordJudgement('/a', { ...judgement('j1', [applied('j1', 'r1', 200)]), seen });
        const [opened] = await jar.open(['/a']);
        expect(opened?.pin).toMatchObject({ job: 'j1' });
        expect(opened).not.toHaveProperty('asJudged');
      });

      it('stores nothing of a judgement that did not see what its job has left since, or that it settled', async () => {
        const [{ knowledge } = { knowledge: '' }] = await jar.enrich([{ identifier: '/a', enrichments: [size(1)] }]);
        const [{ seen } = { seen: new Set<string>() }] = await jar.open(['/a']);
        await jar.recordJudgement('/a', { ...judgement('j1', [applied('j1', 'r1', 5)]), seen });
        const late = { ...judgement('j1', [applied('j1', 'r2', 4)]), seen };
        expect(await jar.recordJudgement('/a', late)).toMatchObject({ job: 'j1', lookAgain: true });
        const [opened] = await jar.open(['/a']);
        const again = { ...judgement('j1'), ...(opened && { seen: opened.seen }) };
        expect(await jar.recordJudgement('/a', again)).not.toHaveProperty('lookAgain');
        await jar.settle('/a', settled('j1', knowledge));
        expect(await jar.recordJudgement('/a', again)).toMatchObject({ lookAgain: true });
        expect((await jar.fetch('/a'))?.enrichments.fromSource('rule_application')).toHaveLength(1);
      });

      it('settles a job by the version that it is pinned to, and takes no other one after that', async () => {
        const [{ knowledge } = { knowledge: '' }] = await jar.enrich([{ identifier: '/a', enrichments: [size(1)] }]);
        await jar.recordJudgement('/a', judgement('j1'));
        await jar.settle('/a', { ...settled('j1', knowledge), rulebook: 'newer' });
        await jar.recordJudgement('/a', { ...judgement('j2'), pin: { job: 'j2', rulebook: 'newer' } });
        const late = { ...judgement('j1', [applied('j1', 'r1', 5)]), pin: { job: 'j1', rulebook: 'newest' } };
        expect(await jar.recordJudgement('/a', late)).toEqual({ job: 'j1', rulebook: 'hash' });
        const [opened] = await jar.open(['/a']);
        expect(opened?.settled?.rulebook).toBe('hash');
        expect(opened?.pin).toEqual({ job: 'j2', rulebook: 'newer' });
      });

      it('is neither pinned nor settled once more by a job that another one has followed', async () => {
        const [{ knowledge: before } = { knowledge: '' }] = await jar.enrich([
          { identifier: '/a', enrichments: [size(1)] },
        ]);
        await jar.recordJudgement('/a', judgement('j1', [applied('j1', 'r1', 5)]));
        await jar.settle('/a', settled('j1', before, 6));
        const [{ knowledge } = { knowledge: '' }] = await jar.enrich([{ identifier: '/a', enrichments: [size(2, 7)] }]);
        await jar.recordJudgement('/a', judgement('j2', [applied('j2', 'r1', 8)]));
        await jar.settle('/a', settled('j2', knowledge, 9));
        // A repeated workflow task settles both again, each with the time of the repetition.
        await jar.settle('/a', settled('j1', before, 20));
        await jar.recordJudgement('/a', judgement('j1', [applied('j1', 'r2', 21)]));
        const [opened] = await jar.open(['/a']);
        expect(opened).toMatchObject({ settled: { job: 'j2', knowledge }, pin: { job: 'j2' } });
        await jar.recordJudgement('/a', judgement('j3', [applied('j3', 'r1', 22)]));
        await jar.settle('/a', settled('j3', knowledge, 23));
        const [next] = await jar.open(['/a']);
        expect(next).toMatchObject({ settled: { job: 'j3' }, pin: { job: 'j3' } });
      });

      it('lets no job take the pin back from the one after it, though that one is still under way', async () => {
        const [{ knowledge } = { knowledge: '' }] = await jar.enrich([{ identifier: '/a', enrichments: [size(1)] }]);
        await jar.recordJudgement('/a', judgement('j1', [applied('j1', 'r1', 5)]));
        await jar.recordJudgement('/a', judgement('j2', [applied('j2', 'r1', 6)]));
        await jar.recordJudgement('/a', judgement('j1', [applied('j1', 'r2', 7)]));
        await jar.settle('/a', settled('j1', knowledge, 8));
        const [opened] = await jar.open(['/a']);
        expect(opened?.pin).toMatchObject({ job: 'j2' });
        expect(opened).not.toHaveProperty('settled');
        await jar.settle('/a', settled('j2', knowledge, 9));
        await jar.recordJudgement('/a', judgement('j3', [applied('j3', 'r1', 10)]));
        const [next] = await jar.open(['/a']);
        expect(next).toMatchObject({ settled: { job: 'j2' }, pin: { job: 'j3' } });
      });

      it('is not pinned by a job that comes to it after the job that followed', async () => {
        const [{ knowledge } = { knowledge: '' }] = await jar.enrich([{ identifier: '/a', enrichments: [size(1)] }]);
        await jar.recordJudgement('/a', judgement('j2', [applied('j2', 'r1', 6)]));
        await jar.recordJudgement('/a', judgement('j0', [applied('j0', 'r1', 4)]));
        expect((await jar.open(['/a']))[0]?.pin).toMatchObject({ job: 'j2' });
        await jar.settle('/a', settled('j2', knowledge, 9));
        await jar.recordJudgement('/a', judgement('j1', [applied('j1', 'r1', 7)]));
        await jar.recordJudgement('/a', judgement('j1', [applied('j1', 'r2', 10)]));
        await jar.settle('/a', settled('j1', knowledge, 11));
        const [opened] = await jar.open(['/a']);
        expect(opened).toMatchObject({ settled: { job: 'j2' }, pin: { job: 'j2' } });
        await jar.recordJudgement('/a', judgement('j3', [applied('j3', 'r1', 9)]));
        expect((await jar.open(['/a']))[0]?.pin).toMatchObject({ job: 'j3' });
      });

      it('leaves nothing of a job on a cookie that was deleted and made anew since it looked', async () => {
        await jar.enrich([{ identifier: '/a', enrichments: [size(1)] }]);
        const [{ basis } = { basis: '' }] = await jar.open(['/a']);
        await jar.delete('/a');
        const [{ knowledge } = { knowledge: '' }] = await jar.enrich([{ identifier: '/a', enrichments: [size(1)] }]);
        expect(
          await jar.recordJudgement('/a', { ...judgement('j1', [applied('j1', 'r1', 5)]), basis }),
        ).toBeUndefined();
        await jar.settle('/a', settled('j1', knowledge), basis);
        const [anew] = await jar.open(['/a']);
        expect(anew).not.toHaveProperty('pin');
        expect(anew).not.toHaveProperty('settled');
        expect(anew?.cookie.enrichments.length).toBe(1);
        await jar.recordJudgement('/a', { ...judgement('j2'), ...(anew && { basis: anew.basis }) });
        await jar.settle('/a', settled('j2', knowledge), anew?.basis);
        const [judged] = await jar.open(['/a']);
        expect(judged).toMatchObject({ pin: { job: 'j2' }, settled: { job: 'j2' } });
      });

      it('creates no cookie', async () => {
        expect(await jar.recordJudgement('/a', judgement('j1', [applied('j1', 'r1', 5)]))).toBeUndefined();
        await jar.settle('/a', settled('j1', 'x'));
        await jar.enrich([{ identifier: '/a', enrichments: [applied('j1', 'r1', 5)] }]);
        expect(await jar.fetch('/a')).toBeUndefined();
      });
    });

    describe('settling', () => {
      it('says that the cookie need not be woken until something new is known', async () => {
        const [first] = await jar.enrich([{ identifier: '/a', enrichments: [size(1)] }]);
        await jar.settle('/a', settled('j1', first?.knowledge ?? ''));
        const [again] = await jar.enrich([{ identifier: '/a', enrichments: [size(1), size(1, 7)] }]);
        expect(again?.unsettled).toBe(false);
        const [news] = await jar.enrich([{ identifier: '/a', enrichments: [size(2, 9)] }]);
        expect(news?.unsettled).toBe(true);
        expect((await jar.open(['/a']))[0]?.settled).toEqual(settled('j1', first?.knowledge ?? ''));
      });

      it('keeps why a job failed', async () => {
        await jar.enrich([{ identifier: '/a', enrichments: [size(1)] }]);
        await jar.settle('/a', { ...settled('j1', 'x'), failed: 'too many rounds' });
        expect((await jar.open(['/a']))[0]?.settled?.failed).toBe('too many rounds');
      });

      it('does not let a straggler of an older job undo it', async () => {
        await jar.enrich([{ identifier: '/a', enrichments: [size(1)] }]);
        await jar.settle('/a', settled('j2', 'new', 20));
        await jar.settle('/a', settled('j1', 'old', 10));
        expect((await jar.open(['/a']))[0]?.settled?.job).toBe('j2');
      });
    });

    describe('what loaders bring', () => {
      const told = (n: number, second: number) => ({ ...size(n, second), source: 'loader' });

      it('is stored once where a loader is called twice, whichever call is done first', async () => {
        const stored: number[] = [];
        await jar.enrich([{ identifier: '/a', enrichments: [size(1)] }]);
        const [opened] = await jar.open(['/a']);
        for (const second of [20, 10, 30, 10]) {
          const update = { identifier: '/a', enrichments: [told(7, second)] };
          stored.push((await jar.enrichFrom(opened?.basis ?? '', update))?.stored.length ?? -1);
        }
        expect(stored).toEqual([1, 0, 0, 0]);
        expect((await jar.fetch('/a'))?.enrichments.fromSource('loader')).toEqual([told(7, 20)]);
      });

      it('is kept where it says something else, and so is what anybody else says', async () => {
        await jar.enrich([{ identifier: '/a', enrichments: [size(1)] }]);
        const [opened] = await jar.open(['/a']);
        for (const one of [told(7, 20), told(8, 10)]) {
          await jar.enrichFrom(opened?.basis ?? '', { identifier: '/a', enrichments: [one] });
        }
        await jar.enrich([{ identifier: '/a', enrichments: [told(8, 5)] }]);
        expect((await jar.fetch('/a'))?.enrichments.fromSource('loader')).toEqual([
          told(8, 5),
          told(8, 10),
          told(7, 20),
        ]);
      });
    });

    describe('deleting', () => {
      it('removes the cookie whole, and says whether there was one and which job it was pinned to', async () => {
        await jar.enrich(['/a', '/b'].map((identifier) => ({ identifier, enrichments: [size(1)] })));
        const pin = { job: 'job', rulebook: 'hash' };
        await jar.recordJudgement('/a', { pin, applications: [], problems: [] });
        expect(await jar.delete('/a')).toEqual({ pin });
        expect(await jar.delete('/a')).toBeUndefined();
        expect(await jar.delete('/b')).toEqual({});
        expect(await jar.fetch('/a')).toBeUndefined();
      });

      it('leaves a cookie alone that was made anew since the one that was meant was deleted', async () => {
        await jar.enrich([{ identifier: '/a', enrichments: [size(1)] }]);
        const [meant] = await jar.open(['/a']);
        await jar.delete('/a', meant?.basis);
        await jar.enrich([{ identifier: '/a', enrichments: [size(2)] }]);
        expect(await jar.delete('/a', meant?.basis)).toEqual({});
        expect(await jar.fetch('/a')).toBeDefined();
        const [anew] = await jar.open(['/a']);
        await jar.delete('/a', anew?.basis);
        expect(await jar.fetch('/a')).toBeUndefined();
      });

      it('is not undone by what a job still writes', async () => {
        await jar.enrich([{ identifier: '/a', enrichments: [size(1)] }]);
        const [opened] = await jar.open(['/a']);
        await jar.delete('/a');
        await jar.recordJudgement('/a', judgement('j1', [applied('j1', 'r1', 5)]));
        await jar.settle('/a', settled('j1', 'x'));
        expect(await jar.enrichFrom(opened?.basis ?? '', { identifier: '/a', enrichments: [size(2)] })).toBeUndefined();
        expect(await jar.fetch('/a')).toBeUndefined();
      });

      it('lets new knowledge make the cookie anew, without the old', async () => {
        await jar.enrich([{ identifier: '/a', enrichments: [size(1, 1)] }]);
        await jar.settle('/a', settled('j1', 'x'));
        await jar.delete('/a');
        const [outcome] = await jar.enrich([{ identifier: '/a', enrichments: [size(1, 1)] }]);
        expect(outcome).toMatchObject({ stored: [size(1, 1)], unsettled: true });
        expect((await jar.open(['/a']))[0]?.settled).toBeUndefined();
      });

      it('keeps what a loader began before it from the cookie made anew', async () => {
        await jar.enrich([{ identifier: '/a', enrichments: [size(1)] }]);
        const [opened] = await jar.open(['/a']);
        await jar.delete('/a');
        await jar.enrich([{ identifier: '/a', enrichments: [size(5, 5)] }]);
        expect(await jar.enrichFrom(opened?.basis ?? '', { identifier: '/a', enrichments: [size(2)] })).toBeUndefined();
        expect((await jar.fetch('/a'))?.enrichments).toHaveLength(1);
      });

      it('keeps what a loader began for an unknown cookie from one created and deleted meanwhile', async () => {
        const [opened] = await jar.open(['/a']);
        await jar.enrich([{ identifier: '/a', enrichments: [size(1)] }]);
        await jar.delete('/a');
        expect(await jar.enrichFrom(opened?.basis ?? '', { identifier: '/a', enrichments: [size(2)] })).toBeUndefined();
        expect(await jar.fetch('/a')).toBeUndefined();
      });

      it('lets a loader create a cookie that nobody knew, and one that was deleted before it began', async () => {
        await jar.enrich([{ identifier: '/b', enrichments: [size(1)] }]);
        await jar.delete('/b');
        for (const identifier of ['/a', '/b']) {
          const [opened] = await jar.open([identifier]);
          const outcome = await jar.enrichFrom(opened?.basis ?? '', { identifier, enrichments: [size(1)] });
          expect(outcome?.stored).toHaveLength(1);
          expect(await jar.fetch(identifier)).toBeDefined();
        }
      });
    });

    describe('listing', () => {
      it('gives identifiers with a prefix in code point order, from any point on', async () => {
        const inside = ['/p', '/p/', '/p/a', '/p\uD7FF', '/p\uE000', '/p\uFF5E', '/p😀', '/p\u{10FFFF}x'];
        const outside = ['/o', '/o\u{10FFFF}', '/q', '/', 'p'];
        await jar.enrich([...outside, ...inside].map((identifier) => ({ identifier, enrichments: [size(1)] })));
        expect(await listed(jar.identifiers('/p'))).toEqual(inside);
        expect(await listed(jar.identifiers('/p', '/p\uE000'))).toEqual(inside.slice(5));
        expect(await listed(jar.identifiers('/p', '/p\uF000'))).toEqual(inside.slice(5));
        expect(await listed(jar.identifiers('/p', '/a'))).toEqual(inside);
        expect(await listed(jar.identifiers('/p', '/q'))).toEqual([]);
        expect(await listed(jar.identifiers(''))).toHaveLength(13);
      });

      it('gives whole cookies in code point order, long ones among them, from any point on', async () => {
        const long = Array.from({ length: 300 }, (_, n) => size(n));
        await jar.enrich([
          { identifier: '/p/a', enrichments: long },
          { identifier: '/p😀', enrichments: [size(1)] },
          { identifier: '/p\uFF5E', enrichments: long.slice(0, 250) },
          { identifier: '/q', enrichments: [size(1)] },
        ]);
        const all = await listed(jar.cookies());
        expect(all.map(({ identifier, enrichments }) => [identifier, enrichments.length])).toEqual([
          ['/p/a', 300],
          ['/p\uFF5E', 250],
          ['/p😀', 1],
          ['/q', 1],
        ]);
        expect([...(all[0]?.enrichments ?? [])]).toEqual(long);
        const rest = await listed(jar.cookies({ prefix: '/p', after: '/p/a' }));
        expect(rest.map(({ identifier }) => identifier)).toEqual(['/p\uFF5E', '/p😀']);
      });

      it('goes over hundreds of cookies, each once', async () => {
        const identifiers = Array.from({ length: 250 }, (_, n) => `/c${String(n).padStart(4, '0')}`);
        await jar.enrich(identifiers.map((identifier) => ({ identifier, enrichments: [size(1)] })));
        expect((await listed(jar.cookies())).map(({ identifier }) => identifier)).toEqual(identifiers);
      });

      it('leaves deleted cookies out', async () => {
        await jar.enrich(['/a', '/b'].map((identifier) => ({ identifier, enrichments: [size(1)] })));
        await jar.delete('/a');
        expect(await listed(jar.identifiers(''))).toEqual(['/b']);
        expect((await listed(jar.cookies())).map(({ identifier }) => identifier)).toEqual(['/b']);
      });
    });

    describe('reading many', () => {
      it('gives those that exist, whole', async () => {
        const identifiers = Array.from({ length: 230 }, (_, n) => `/${n}`);
        await jar.enrich(identifiers.map((identifier) => ({ identifier, enrichments: [size(1)] })));
        await jar.enrich([{ identifier: '/0', enrichments: Array.from({ length: 200 }, (_, n) => size(n)) }]);
        await jar.delete('/7');
        const found = await jar.fetchAll([...identifiers, '/none', '/1']);
        expect(found.size).toBe(229);
        expect(found.has('/7')).toBe(false);
        expect(found.get('/0')?.enrichments).toHaveLength(200);
        expect(found.get('/229')?.identifier).toBe('/229');
      });

      it('gives nothing for nothing, and refuses what is no identifier', async () => {
        expect(await jar.fetchAll([])).toEqual(new Map());
        await expect(jar.fetchAll(['/a', ''])).rejects.toThrow(InvalidIdentifierError);
      });
    });

    describe('telling changes', () => {
      it('tells of every cookie from the beginning, then only of what has changed since', async () => {
        await jar.enrich(['/a', '/b', '/c'].map((identifier) => ({ identifier, enrichments: [size(1)] })));
        const first = await changesSince(jar);
        expect(first.deleted).toEqual(new Map(['/a', '/b', '/c'].map((identifier) => [identifier, false])));
        expect(first.anew).toBe(true);
        await jar.enrich([{ identifier: '/b', enrichments: [size(2)] }]);
        const second = await changesSince(jar, first.position);
        expect([...second.deleted]).toEqual([['/b', false]]);
        expect(second.anew).toBe(false);
        const third = await changesSince(jar, second.position);
        expect(third.deleted.size).toBe(0);
        expect((await changesSince(jar, third.position)).deleted.size).toBe(0);
      });

      it('gives a position also where there is nothing', async () => {
        const { position } = await changesSince(jar);
        await jar.enrich([{ identifier: '/a', enrichments: [size(1)] }]);
        expect([...(await changesSince(jar, position)).deleted.keys()]).toEqual(['/a']);
      });

      it('tells of long histories, judgements and deletions by the one cookie, its version growing', async () => {
        await jar.enrich([{ identifier: '/a', enrichments: Array.from({ length: 300 }, (_, n) => size(n)) }]);
        const versions: number[] = [];
        let { position } = await changesSince(jar);
        for (const change of [
          () => jar.recordJudgement('/a', judgement('j1', [applied('j1', 'r1', 5)])),
          () => jar.delete('/a'),
          () => jar.enrich([{ identifier: '/a', enrichments: [size(1)] }]),
        ]) {
          await change();
          const pages = await listed(jar.changes(position));
          expect(pages.flatMap(({ changes }) => changes.map(({ identifier }) => identifier))).toEqual(['/a']);
          versions.push(...pages.flatMap(({ changes }) => changes.map(({ version }) => version)));
          position = pages.at(-1)?.position ?? '';
        }
        expect(versions.toSorted((a, b) => a - b)).toEqual(versions);
        expect(new Set(versions).size).toBe(3);
      });

      it('can be followed from now on', async () => {
        await jar.enrich([{ identifier: '/a', enrichments: [size(1)] }]);
        const now = await jar.position();
        expect((await changesSince(jar, now)).deleted.size).toBe(0);
        await jar.enrich([{ identifier: '/b', enrichments: [size(1)] }]);
        const later = await changesSince(jar, now);
        expect([...later.deleted.keys()]).toEqual(['/b']);
        expect(later.anew).toBe(false);
      });

      it('tells that a cookie is gone', async () => {
        await jar.enrich(['/a', '/b'].map((identifier) => ({ identifier, enrichments: [size(1)] })));
        const { position } = await changesSince(jar);
        await jar.delete('/a');
        expect([...(await changesSince(jar, position)).deleted]).toEqual([['/a', true]]);
      });

      it('is read in pages, each position good to go on from', async () => {
        const identifiers = Array.from({ length: 1100 }, (_, n) => `/${n}`);
        await jar.enrich(identifiers.map((identifier) => ({ identifier, enrichments: [size(1)] })));
        const told: string[] = [];
        let since: string | undefined;
        for (;;) {
          // One page at a time, as by runs that each die after the first.
          let page: ChangePage | undefined;
          for await (page of jar.changes(since)) break;
          if (page === undefined || page.changes.length === 0) break;
          told.push(...page.changes.map(({ identifier }) => identifier));
          since = page.position;
        }
        expect(told.toSorted()).toEqual(identifiers.toSorted());
      });
    });
  });
}

/** The changes since a position, by cookie, and the position that they lead to. */
export async function changesSince(
  jar: Pick<CookieJar, 'changes'>,
  since?: string,
): Promise<{ position: string; deleted: Map<string, boolean>; anew: boolean }> {
  const pages = await listed(jar.changes(since));
  return {
    position: pages.at(-1)?.position ?? '',
    deleted: new Map(pages.flatMap(({ changes }) => changes.map((one) => [one.identifier, one.deleted] as const))),
    anew: pages.some(({ anew }) => anew === true),
  };
}

/** An enrichment that says how large something is. */
export function size(bytes: number, second = bytes): Enrichment {
  return { source: 'folder_update', timestamp: instant(second), metadata: { size: bytes } };
}

/** The enrichment that an applied rule leaves. */
export function applied(job: string, rule: string, second: number): Enrichment {
  return { source: 'rule_application', timestamp: instant(second), metadata: { job, rule_id: rule } };
}

/** All that an iterable gives. */
export async function listed<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

function judgement(job: string, applications: readonly Enrichment[] = []): JudgementRecord {
  return { pin: { job, rulebook: 'hash' }, applications, problems: [] };
}

function settled(job: string, knowledge: string, second = 0): Settled {
  return { knowledge, rulebook: 'hash', job, at: instant(second) };
}
