import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import type { Documents } from '../../cookiejar/cookie-jar.ts';
import { openJar } from '../../cookiejar/open-jar.ts';
import { RulebookUnavailableError } from '../../rulebook/errors.ts';
import { cutText } from '../../rulebook/versions/cut-text.ts';
import { RulebookStore } from '../../rulebook/versions/rulebook-store.ts';
import { startTestJar } from '../support/jar.ts';
import { MemoryDocuments } from '../support/jar-memory.ts';
import { AT, removeDocument } from '../support/rules-evaluation.ts';

const bundleOf = (text: string) => ({ hash: createHash('sha256').update(text).digest('hex'), text });
const DEFINITIONS = [{ kind: 'rule', id: 'a', priority: 1, file: 'a.rule.ts' }] as const;

describe('versions in the jar', () => {
  it('come back as they were put in, however long, in documents below a megabyte', async () => {
    const documents = new MemoryDocuments();
    const store = new RulebookStore(documents);
    const bundle = bundleOf('"\n'.repeat(700_000) + '🍪'.repeat(10));
    await store.publish(bundle, DEFINITIONS, AT);
    expect(await store.load(bundle.hash)).toEqual({ ...bundle, definitions: DEFINITIONS });
    expect(await store.current()).toEqual({ hash: bundle.hash, at: AT });
    expect(await store.definitions(bundle.hash)).toEqual(DEFINITIONS);
    for await (const { body } of documents.list('')) expect(JSON.stringify(body).length).toBeLessThan(1_050_000);
  });

  it('stay when others are published', async () => {
    const store = new RulebookStore(new MemoryDocuments());
    const [one, two] = [bundleOf('one'), bundleOf('two')];
    await store.publish(one, [], AT);
    await store.publish(two, [], AT);
    expect((await store.load(one.hash)).text).toBe('one');
    expect((await store.current())?.hash).toBe(two.hash);
  });

  it('are in force only once they are whole, also if the publisher dies between its writes', async () => {
    const bundle = bundleOf('x'.repeat(1_200_000));
    for (let survived = 0; survived < 5; survived++) {
      const documents = new MemoryDocuments();
      let writes = 0;
      const dying: Documents = {
        read: async (ids) => documents.read(ids),
        list: (prefix, after) => documents.list(prefix, after),
        listIds: (prefix, after) => documents.listIds(prefix, after),
        update: async (id, change) => {
          if (writes++ >= survived) throw new Error('died');
          return documents.update(id, change);
        },
      };
      await new RulebookStore(dying).publish(bundle, [], AT).catch(() => undefined);
      const store = new RulebookStore(documents);
      const current = await store.current();
      if (current !== undefined) expect((await store.load(current.hash)).text).toBe(bundle.text);
    }
  });

  it('are unavailable if missing, spoilt or incomplete', async () => {
    const documents = new MemoryDocuments();
    const store = new RulebookStore(documents);
    const bundle = bundleOf('text');
    await expect(store.load(bundle.hash)).rejects.toThrow(RulebookUnavailableError);
    await store.publish(bundle, [], AT);
    await removeDocument(documents, `rulebook:${bundle.hash}:0000`);
    await expect(store.load(bundle.hash)).rejects.toThrow(RulebookUnavailableError);
    await store.publish(bundle, [], AT);
    expect((await store.load(bundle.hash)).text).toBe('text');
  });

  it('leave problems for others to read', async () => {
    const store = new RulebookStore(new MemoryDocuments());
    expect(await store.problems()).toBeUndefined();
    await store.reportProblems([{ file: 'a.rule.ts', line: 1, column: 2, reason: 'bad' }, { reason: 'worse' }], AT);
    const problems = [{ file: 'a.rule.ts', line: 1, column: 2, reason: 'bad' }, { reason: 'worse' }];
    expect(await store.problems()).toEqual({ problems, checkedAt: AT });
  });
});

describe('versions in a real jar', () => {
  it('come back whole and stay in force when another process reads them', async () => {
    const server = await startTestJar();
    const where = { url: server.url, database: server.newDatabase() };
    const [one, other] = [await openJar(where), await openJar(where)];
    try {
      const bundle = bundleOf('"\n'.repeat(700_000));
      await new RulebookStore(one.documents).publish(bundle, DEFINITIONS, AT);
      const store = new RulebookStore(other.documents);
      const current = await store.current();
      expect(current).toEqual({ hash: bundle.hash, at: AT });
      expect(await store.load(bundle.hash)).toEqual({ ...bundle, definitions: DEFINITIONS });
    } finally {
      await Promise.all([one.close(), other.close()]);
      await server.stop();
    }
  });
});

describe('cutting a text', () => {
  it('loses nothing and never cuts a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 50 }), fc.integer({ min: 1, max: 7 }), (text, length) => {
        const parts = cutText(text, length);
        expect(parts.join('')).toBe(text);
        for (const part of parts) expect(part.length).toBeLessThanOrEqual(length + 1);
        const halves = parts.filter((part) => /^[\udc00-\udfff]/.test(part));
        if (!/(^|[^\ud800-\udbff])[\udc00-\udfff]/.test(text)) expect(halves).toEqual([]);
      }),
    );
  });
});
