import { askApi } from '../support/ask-api.ts';
import { runOnce, said, SOON } from '../support/periodic-runs.ts';
import { loaderOn, ruleOn } from '../support/rule-texts.ts';
import { enrichment, startTestSystem, type TestSystem, until } from '../support/system.ts';

const AT_ONCE = { Reconciler: { interval: SOON, grace: '0 s' } };

/** A loader that never has enough; it brings what `brings` says. */
function insatiable(id: string, brings: string): string {
  return `
    import { defineLoader } from 'cookie-monster';
    let n = 0;
    export default defineLoader({
      id: '${id}',
      canEnrich: () => true,
      load: () => ({ source: '${id}', metadata: { value: ${brings} } }),
    });`;
}

async function parked(system: TestSystem): Promise<unknown> {
  return (await askApi(system, 'GET', '/queue/parked')).body;
}

/** Waits until no workflow of a cookie runs. */
async function idle(system: TestSystem): Promise<void> {
  const length = async () => (await askApi(system, 'GET', '/queue')).body;
  await until(async () => JSON.stringify(await length()) === '{"queue_length":0}', 'the queue to empty');
}

describe('a cookie whose job fails for good', () => {
  it('is parked with its reason; reprocessing and new knowledge release it, and deleting forgets it', async () => {
    await using system = await startTestSystem({
      rules: { 'more.loader.ts': insatiable('more', 'Math.random()') },
      config: { rules: { rounds: 3 } },
      workers: AT_ONCE,
    });
    for (const path of ['/data/a', '/data/b', '/data/c']) await system.enrich(path, enrichment('seen'));
    await system.settled();
    const reason =
      '3 rounds of enrichment did not come to an end; loader "more" could still enrich; there ran "more" 3 times';
    const rulebook = await system.rulebook();
    const job = (await system.opened('/data/a')).settled?.job;
    const entry = { identifier: '/data/a', reason, since: expect.any(String), job, rulebook };
    expect(await parked(system)).toEqual({
      cookies: [entry, expect.objectContaining({ identifier: '/data/b' }), expect.anything()],
      next: null,
    });
    expect((await askApi(system, 'GET', '/queue/parked?limit=1')).body).toEqual({ cookies: [entry], next: '/data/a' });
    expect((await askApi(system, 'GET', '/queue/parked?after=/data/a&limit=1')).body).toMatchObject({
      cookies: [{ identifier: '/data/b' }],
      next: '/data/b',
    });
    expect((await askApi(system, 'GET', '/queue/status')).body).toMatchObject({ parked: 3, parked_more: false });
    expect(await runOnce(system, 'Reconciler')).toMatchObject({ found: 0, unfinished: 0 });

    const before = await system.rulebook();
    await system.folder.write('more.loader.ts', loaderOn({ id: 'more', needs: 'nothing' }));
    await until(async () => (await system.rulebook()) !== before, 'the mended rulebook');
    await askApi(system, 'POST', '/queue/reprocess', { path: '/data/a' });
    await system.enrich('/data/b', enrichment('seen', { again: true }, 1));
    await askApi(system, 'DELETE', '/cookiejar?identifier=/data/c');
    await system.settled();
    await idle(system);
    expect(await parked(system)).toEqual({ cookies: [], next: null });
    expect((await system.opened('/data/a')).settled).not.toHaveProperty('failed');
  }, 90_000);

  it('is parked where its document is damaged, and found once that is mended', async () => {
    await using system = await startTestSystem({ rules: { 'seen.rule.ts': ruleOn('seen', 'seen') }, workers: AT_ONCE });
    const { documents, jar } = system.store;
    await jar.enrich([{ identifier: '/data/damaged', enrichments: [enrichment('seen')] }]);
    const id = 'cookie:/data/damaged';
    const whole = (await documents.read([id])).get(id) ?? {};
    await documents.update(id, () => ({ result: undefined, write: { ...whole, enrichments: 'nonsense' } }));
    await system.wake('/data/damaged', 'enriched');
    await idle(system);
    expect(await parked(system)).toMatchObject({
      cookies: [{ identifier: '/data/damaged', reason: expect.stringContaining('is damaged'), rulebook: null }],
    });
    expect(said(system, 'a cookie is parked')).toMatchObject([{ level: 40, cookie: '/data/damaged' }]);
    expect(await runOnce(system, 'Reconciler')).toMatchObject({ found: 0 });

    await documents.update(id, () => ({ result: undefined, write: whole }));
    expect(await parked(system)).toEqual({ cookies: [], next: null });
    const isFound = async () => {
      await runOnce(system, 'Reconciler');
      return (await system.opened('/data/damaged')).settled !== undefined;
    };
    await until(isFound, 'the mended cookie to be found', 60_000);
    await system.settled();
    expect(await system.applied('/data/damaged')).toMatchObject([{ rule_id: 'seen' }]);
    expect(await parked(system)).toEqual({ cookies: [], next: null });
  }, 90_000);
});

describe('a loader that goes round in circles', () => {
  it('is passed over and reported after a round or two; the other loaders go on', async () => {
    await using system = await startTestSystem({
      rules: {
        'a-same.loader.ts': insatiable('a-same', "'x'"),
        'b-wavering.loader.ts': insatiable('b-wavering', "n++ % 2 === 0 ? 'x' : 'y'"),
        'c-once.loader.ts': loaderOn({ id: 'c-once', needs: 'seen' }),
      },
    });
    await system.enrich('/data/a', enrichment('seen'));
    await system.settled();
    const { cookie, settled } = await system.opened('/data/a');
    expect(settled).not.toHaveProperty('failed');
    expect(cookie.enrichments.fromSource('a-same')).toHaveLength(1);
    expect(cookie.enrichments.fromSource('b-wavering').length).toBeLessThan(6);
    expect(cookie.enrichments.fromSource('c-once')).toHaveLength(1);
    expect(await system.problems('/data/a')).toMatchObject([
      { kind: 'loader', id: 'a-same', message: expect.stringContaining('brought the same again') },
      { kind: 'loader', id: 'b-wavering', message: expect.stringContaining('brought the same again') },
    ]);
    expect(said(system, 'a loader is passed over')).toMatchObject([{ loader: 'a-same' }, { loader: 'b-wavering' }]);
  }, 60_000);

  it('may bring what is there already, as long as it cannot enrich then', async () => {
    const polite = `
      import { defineLoader } from 'cookie-monster';
      let asked = 0;
      export default defineLoader({
        id: 'polite',
        canEnrich: () => asked++ === 0,
        load: () => ({ source: 'seen', metadata: {} }),
      });`;
    await using system = await startTestSystem({
      rules: { 'polite.loader.ts': polite },
      config: { worker: { threads: 1 } },
    });
    await system.enrich('/data/a', enrichment('seen'));
    await system.settled();
    expect(await system.problems('/data/a')).toEqual([]);
    expect((await system.opened('/data/a')).settled).not.toHaveProperty('failed');
  }, 60_000);
});

describe('a loader that brings what the jar cannot take', () => {
  it('is passed over with the reason; its cookie settles', async () => {
    const huge = loaderOn({
      id: 'huge',
      needs: 'seen',
      body: `return { source: 'huge', metadata: { text: 'x'.repeat(9_000_000) } };`,
    });
    await using system = await startTestSystem({
      rules: { 'huge.loader.ts': huge, 'seen.rule.ts': ruleOn('seen', 'seen') },
      config: { rules: { loaderAttempts: 1 } },
      workers: AT_ONCE,
    });
    await system.enrich('/data/a', enrichment('seen'));
    await system.settled();
    expect(await system.problems('/data/a')).toMatchObject([
      { kind: 'loader', id: 'huge', message: expect.stringContaining('bytes of JSON') },
    ]);
    expect((await system.opened('/data/a')).settled).not.toHaveProperty('failed');
    expect(await parked(system)).toEqual({ cookies: [], next: null });
  }, 60_000);
});
