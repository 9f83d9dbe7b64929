import * as fc from 'fast-check';
import { BiscuitTin } from '../../cookiejar/biscuit-tin.ts';
import { MAX_PROBLEMS, type Problem } from '../../cookiejar/cookie-jar.ts';
import type { Enrichment } from '../../cookiejar/enrichment.ts';
import { CorruptDocumentError } from '../../cookiejar/errors.ts';
import { enrichment, instant } from '../support/jar-arbitraries.ts';
import { applied, listed, size } from '../support/jar-contract.ts';
import { MemoryDocuments } from '../support/jar-memory.ts';

const SMALL = { maxEnrichments: 8, maxBytes: 100_000 };
const NO_PAGES = { maxEnrichments: Infinity, maxBytes: Infinity };

/** Enrichments that all differ, so that none is left out for saying nothing new. */
const distinct = fc
  .uniqueArray(fc.record({ source: fc.constantFrom('a', 'b', 'c'), second: fc.integer({ min: 0, max: 30 }) }), {
    maxLength: 40,
    selector: ({ source, second }) => `${source}${second}`,
  })
  .map((list) =>
    list.map(({ source, second }): Enrichment => ({ source, timestamp: instant(second), metadata: { second } })),
  );

async function contentOf(jar: BiscuitTin): Promise<{ knowledge: string | undefined; enrichments: Enrichment[] }> {
  const [opened] = await jar.open(['/a']);
  return { knowledge: opened?.knowledge, enrichments: [...(opened?.cookie.enrichments ?? [])] };
}

async function addOneByOne(jar: BiscuitTin, enrichments: readonly Enrichment[]): Promise<void> {
  for (const one of enrichments) await jar.enrich([{ identifier: '/a', enrichments: [one] }]);
}

describe('pages of older enrichments', () => {
  it('keep the document of a long-lived cookie small', async () => {
    const documents = new MemoryDocuments();
    const jar = new BiscuitTin(documents, SMALL);
    await addOneByOne(jar, [{ ...size(1), source: 'rare' }, ...Array.from({ length: 100 }, (_, n) => size(n + 2))]);
    const head = (await documents.read(['cookie:/a'])).get('cookie:/a');
    expect(head?.['enrichments']).toHaveProperty('length', expect.any(Number));
    expect(JSON.stringify(head?.['enrichments']).match(/"key"/g)?.length).toBeLessThanOrEqual(8);
    expect(JSON.stringify(head?.['enrichments'])).toContain('rare');
    expect((await jar.fetch('/a'))?.enrichments).toHaveLength(101);
  });

  it('are made by bytes as well as by count', async () => {
    const documents = new MemoryDocuments();
    const jar = new BiscuitTin(documents, { maxEnrichments: 100, maxBytes: 4000 });
    const large = Array.from({ length: 10 }, (_, n) => ({ ...size(n), metadata: { n, text: 'x'.repeat(1000) } }));
    await addOneByOne(jar, large);
    const head = (await documents.read(['cookie:/a'])).get('cookie:/a');
    expect(JSON.stringify(head).length).toBeLessThan(5500);
    expect([...((await jar.fetch('/a'))?.enrichments ?? [])]).toEqual(large);
  });

  it('are not made twice by many who write at once', async () => {
    const documents = new MemoryDocuments();
    const jar = new BiscuitTin(documents, SMALL);
    const additions = Array.from({ length: 100 }, (_, n) => size(n));
    await Promise.all(additions.map(async (one) => jar.enrich([{ identifier: '/a', enrichments: [one] }])));
    const head = JSON.stringify((await documents.read(['cookie:/a'])).get('cookie:/a'));
    for (const page of await listed(documents.listIds('page:'))) expect(head).toContain(page);
    expect((await jar.fetch('/a'))?.enrichments).toHaveLength(100);
  });

  it('make no difference to what the cookie is, whatever is added in whatever order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(enrichment, { maxLength: 6 }), { maxLength: 25 }), async (updates) => {
        const [paged, whole] = [SMALL, NO_PAGES].map((limits) => new BiscuitTin(new MemoryDocuments(), limits));
        for (const enrichments of updates) {
          const there = await paged?.enrich([{ identifier: '/a', enrichments }]);
          const here = await whole?.enrich([{ identifier: '/a', enrichments }]);
          expect(there).toEqual(here);
        }
        if (paged && whole) expect(await contentOf(paged)).toEqual(await contentOf(whole));
      }),
    );
  });

  it('make no difference to the order in which different enrichments arrive', async () => {
    const orders = distinct.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    );
    await fc.assert(
      fc.asyncProperty(orders, async ([list, shuffled]) => {
        const [one, other] = [new BiscuitTin(new MemoryDocuments(), SMALL), new BiscuitTin(new MemoryDocuments())];
        await addOneByOne(one, list);
        await addOneByOne(other, shuffled);
        expect(await contentOf(one)).toEqual(await contentOf(other));
      }),
    );
  });

  it('change nothing when everything is added again', async () => {
    await fc.assert(
      fc.asyncProperty(distinct, async (list) => {
        const jar = new BiscuitTin(new MemoryDocuments(), SMALL);
        await addOneByOne(jar, list);
        const before = await contentOf(jar);
        const outcomes = await Promise.all(
          list.map(async (one) => jar.enrich([{ identifier: '/a', enrichments: [one] }])),
        );
        expect(outcomes.flat().flatMap(({ stored }) => stored)).toEqual([]);
        expect(await contentOf(jar)).toEqual(before);
      }),
    );
  });

  it('keep an applied rule known when a straggler of its job records it again', async () => {
    const jar = new BiscuitTin(new MemoryDocuments(), SMALL);
    await addOneByOne(jar, [size(1)]);
    const rules = Array.from({ length: 12 }, (_, n) => applied('j1', `r${n}`, n));
    for (const job of ['j1', 'j2']) {
      const pin = { job, rulebook: 'hash' };
      const applications = rules.map((rule) => ({ ...rule, metadata: { ...rule.metadata, job } }));
      await jar.recordJudgement('/a', { pin, applications, problems: [] });
    }
    await addOneByOne(
      jar,
      Array.from({ length: 30 }, (_, n) => size(n + 2)),
    );
    await jar.recordJudgement('/a', {
      pin: { job: 'j1', rulebook: 'hash' },
      applications: [applied('j1', 'r5', 3)],
      problems: [],
    });
    expect((await jar.fetch('/a'))?.enrichments.fromSource('rule_application')).toHaveLength(24);
  });

  it('go with their cookie', async () => {
    const documents = new MemoryDocuments();
    const jar = new BiscuitTin(documents, SMALL);
    await addOneByOne(
      jar,
      Array.from({ length: 50 }, (_, n) => size(n)),
    );
    expect(await listed(documents.listIds('page:'))).not.toEqual([]);
    await jar.delete('/a');
    expect(await listed(documents.listIds(''))).toEqual([]);
  });

  it('of a cookie made anew are its own', async () => {
    const documents = new MemoryDocuments();
    const jar = new BiscuitTin(documents, SMALL);
    const history = Array.from({ length: 50 }, (_, n) => size(n));
    for (let life = 0; life < 3; life++) {
      await addOneByOne(jar, history);
      expect((await jar.fetch('/a'))?.enrichments).toHaveLength(50);
      await jar.delete('/a');
    }
    expect(await listed(documents.listIds(''))).toEqual([]);
  });

  it('that are missing are reported, not passed over', async () => {
    const documents = new MemoryDocuments();
    const jar = new BiscuitTin(documents, SMALL);
    await addOneByOne(
      jar,
      Array.from({ length: 20 }, (_, n) => size(n)),
    );
    const pages = await listed(documents.listIds('page:'));
    for (const page of pages) await documents.update(page, () => ({ result: undefined, remove: true }));
    await expect(jar.fetch('/a')).rejects.toThrow(CorruptDocumentError);
    await expect(jar.enrich([{ identifier: '/a', enrichments: [size(0, 0)] }])).rejects.toThrow(CorruptDocumentError);
  });
});

describe('the document of a cookie', () => {
  it('is readable: what is known, and how it stands', async () => {
    const documents = new MemoryDocuments();
    const jar = new BiscuitTin(documents);
    const [outcome] = await jar.enrich([{ identifier: '/a', enrichments: [size(1)] }]);
    await jar.settle('/a', { knowledge: outcome?.knowledge ?? '', rulebook: 'h', job: 'j', at: instant(0) });
    expect((await documents.read(['cookie:/a'])).get('cookie:/a')).toEqual({
      identifier: '/a',
      enrichments: [{ ...size(1), key: expect.any(String) }],
      settled: { knowledge: outcome?.knowledge, rulebook: 'h', job: 'j', at: instant(0) },
    });
  });

  it('keeps the newest problems, each of a job once', async () => {
    const documents = new MemoryDocuments();
    const jar = new BiscuitTin(documents);
    await jar.enrich([{ identifier: '/a', enrichments: [size(1)] }]);
    const problems = Array.from({ length: MAX_PROBLEMS + 5 }, (_, n): Problem => ({
      kind: 'rule',
      id: `r${n}`,
      file: 'f',
      message: '\ud800',
      job: 'j',
      at: instant(n),
    }));
    for (const repeat of [problems, problems.slice(-3)]) {
      await jar.recordJudgement('/a', { pin: { job: 'j', rulebook: 'h' }, applications: [], problems: repeat });
    }
    const kept = (await documents.read(['cookie:/a'])).get('cookie:/a')?.['problems'];
    expect(kept).toEqual(problems.slice(5).map((problem) => ({ ...problem, message: '\ufffd' })));
  });

  it('that somebody damaged is named with what is wrong', async () => {
    const documents = new MemoryDocuments();
    await documents.update('cookie:/a', () => ({
      result: undefined,
      write: { identifier: '/a', enrichments: 'none' },
    }));
    await expect(new BiscuitTin(documents).fetch('/a')).rejects.toThrow(/cookie:\/a.*enrichments/s);
  });
});
