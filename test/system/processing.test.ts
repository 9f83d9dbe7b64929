import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RECORDER, received, ruleOn } from '../support/rule-texts.ts';
import { enrichment, startTestSystem, until } from '../support/system.ts';

describe('processing a cookie', () => {
  it('runs rules in priority order until one stops, and leaves one rule_application for each', async () => {
    await using system = await startTestSystem({
      rules: {
        'z.rule.ts': ruleOn('first', 'seen', 'priority: Priority.MAX,'),
        'b.rule.ts': ruleOn('second', 'seen', 'priority: 5,', 'terminate: true'),
        'a.rule.ts': ruleOn('never', 'seen'),
        'recorder.receiver.ts': RECORDER,
      },
    });
    await system.enrich('/data/one', enrichment('seen'));
    await system.settled();

    const cookie = await system.cookie('/data/one');
    const rulebook = await system.rulebook();
    const applied = cookie.enrichments.fromSource('rule_application').map(({ metadata }) => metadata);
    expect(applied).toHaveLength(2);
    expect(applied).toEqual(
      expect.arrayContaining([
        { rule_id: 'first', terminated_processing: false, rulebook, job: expect.any(String) },
        { rule_id: 'second', terminated_processing: true, rulebook, job: expect.any(String) },
      ]),
    );
    expect(await received(system.folder.home)).toEqual([
      expect.objectContaining({ about: 'first', sender: 'first', identifier: '/data/one' }),
    ]);
  }, 60_000);

  it('enriches with the first loader that can, judges again, and notifies once per rule though it matches again', async () => {
    const loader = (id: string, priority: number, needs: string) => `
      import { defineLoader } from 'cookie-monster';
      export default defineLoader({
        id: '${id}', priority: ${priority},
        canEnrich: (cookie) => cookie.enrichments.sources().includes('${needs}') && !cookie.enrichments.sources().includes('${id}'),
        load: () => ({ source: '${id}', metadata: { from: '${needs}' } }),
      });`;
    await using system = await startTestSystem({
      rules: {
        'always.rule.ts': ruleOn('always', 'seen'),
        'late.rule.ts': ruleOn('late', 'deep'),
        'deep.loader.ts': loader('deep', 0, 'shallow'),
        'shallow.loader.ts': loader('shallow', 1, 'seen'),
        'recorder.receiver.ts': RECORDER,
      },
    });
    await system.enrich('/data/learning', enrichment('seen'));
    await system.settled();

    const cookie = await system.cookie('/data/learning');
    expect(cookie.enrichments.sources().toSorted()).toEqual(['deep', 'rule_application', 'seen', 'shallow']);
    expect(cookie.enrichments.fromSource('rule_application')).toHaveLength(2);
    const abouts = (await received(system.folder.home)).map(({ about }) => about);
    expect(abouts.toSorted()).toEqual(['always', 'late']);
  }, 60_000);

  it('goes on where a rule throws, recording the rule, its file and the message', async () => {
    const throwing = `
      import { defineRule } from 'cookie-monster';
      export default defineRule({ id: 'thrower', priority: 0, matches: () => { throw new Error('out of flour'); }, action: () => ({}) });`;
    await using system = await startTestSystem({
      rules: {
        'sub/thrower.rule.ts': throwing,
        'other.rule.ts': ruleOn('other', 'seen'),
        'recorder.receiver.ts': RECORDER,
      },
    });
    await system.enrich('/data/thrown', enrichment('seen'));
    await system.settled();

    expect((await received(system.folder.home)).map(({ about }) => about)).toEqual(['other']);
    const [document] = [...(await system.store.documents.read(['cookie:/data/thrown'])).values()];
    expect(document?.['problems']).toEqual([
      expect.objectContaining({
        kind: 'rule',
        id: 'thrower',
        file: 'sub/thrower.rule.ts',
        message: expect.stringContaining('out of flour'),
      }),
    ]);
  }, 60_000);

  it('retries a loader that throws, then passes it over for this job and asks the next', async () => {
    const loaders = `
      import { defineLoader } from 'cookie-monster';
      export const broken = defineLoader({ id: 'broken', priority: 0, canEnrich: (cookie) => cookie.enrichments.sources().includes('seen'), load: () => { throw new Error('no such host'); } });
      export const next = defineLoader({ id: 'next', canEnrich: (cookie) => !cookie.enrichments.sources().includes('next'), load: () => ({ source: 'next', metadata: {} }) });`;
    await using system = await startTestSystem({
      rules: { 'some.loader.ts': loaders },
      config: { rules: { loaderAttempts: 2 } },
    });
    await system.enrich('/data/unlucky', enrichment('seen'));
    await system.settled();

    expect((await system.cookie('/data/unlucky')).enrichments.sources()).toContain('next');
    const [document] = [...(await system.store.documents.read(['cookie:/data/unlucky'])).values()];
    expect(document?.['problems']).toEqual([
      expect.objectContaining({ kind: 'loader', id: 'broken', message: expect.stringContaining('no such host') }),
    ]);
  }, 60_000);

  it('offers nothing_more_to_learn where no rule stopped and no loader is left', async () => {
    const receiver = RECORDER.replace('!==', '===');
    await using system = await startTestSystem({ rules: { 'recorder.receiver.ts': receiver } });
    await system.enrich('/data/plain', enrichment('seen'));
    await system.settled();
    expect(await received(system.folder.home)).toEqual([
      expect.objectContaining({ about: 'nothing_more_to_learn', data: '/data/plain', sender: 'cookie-monster' }),
    ]);
  }, 60_000);

  it('fails a job for good after the configured rounds, names the loader, and starts another only for a reason', async () => {
    const endless = `
      import { defineLoader } from 'cookie-monster';
      export default defineLoader({
        id: 'endless', canEnrich: () => true,
        load: (cookie) => ({ source: 'endless', metadata: { n: cookie.enrichments.length } }),
      });`;
    await using system = await startTestSystem({
      rules: { 'endless.loader.ts': endless },
      config: { rules: { rounds: 3 } },
    });
    await system.enrich('/data/endless', enrichment('seen'));
    await system.settled();
    const [opened] = await system.store.jar.open(['/data/endless']);
    expect(opened?.settled?.failed).toMatch(/3 rounds.*"endless"/);
    expect((await system.cookie('/data/endless')).enrichments.fromSource('endless')).toHaveLength(3);

    await system.wake('/data/endless', 'enriched');
    await system.settled();
    expect((await system.cookie('/data/endless')).enrichments.fromSource('endless')).toHaveLength(3);

    await system.wake('/data/endless', 'reprocess');
    await system.settled();
    expect((await system.cookie('/data/endless')).enrichments.fromSource('endless')).toHaveLength(6);
  }, 60_000);
});

describe('waking', () => {
  it('starts no job where nothing is known that was not settled, and always one for reprocessing', async () => {
    await using system = await startTestSystem({
      rules: { 'seen.rule.ts': ruleOn('seen', 'seen'), 'recorder.receiver.ts': RECORDER },
    });
    await system.enrich('/data/again', enrichment('seen'));
    await system.settled();
    for (let turn = 0; turn < 3; turn++) await system.enrich('/data/again', enrichment('seen'));
    await system.settled();
    expect(await received(system.folder.home)).toHaveLength(1);

    await system.wake('/data/again', 'reprocess');
    await system.settled();
    const after = await received(system.folder.home);
    expect(after).toHaveLength(2);
    expect(new Set(after.map(({ id }) => id)).size).toBe(2);
  }, 60_000);

  it('judges an empty cookie where an unknown path is reprocessed, and leaves no cookie behind', async () => {
    const rule = ruleOn('unknown', 'seen').replace(
      "cookie.enrichments.sources().includes('seen')",
      'cookie.enrichments.length === 0',
    );
    await using system = await startTestSystem({
      rules: { 'unknown.rule.ts': rule, 'recorder.receiver.ts': RECORDER },
    });
    await system.wake('/data/unheard-of', 'reprocess');
    await system.settled();
    expect((await received(system.folder.home)).map(({ about }) => about)).toEqual(['unknown']);
    expect(await system.store.jar.fetch('/data/unheard-of')).toBeUndefined();
  }, 60_000);

  it('loses no enrichment of many that come while the cookie is being processed', async () => {
    await using system = await startTestSystem({ rules: { 'seen.rule.ts': ruleOn('seen', 'seen') } });
    const numbers = Array.from({ length: 60 }, (_, index) => index);
    await Promise.all(numbers.map(async (n) => system.enrich('/data/hot', enrichment('seen', { n }, n % 60))));
    await system.settled();
    expect((await system.cookie('/data/hot')).enrichments.fromSource('seen')).toHaveLength(60);
    const [opened] = await system.store.jar.open(['/data/hot']);
    expect(opened?.settled?.knowledge).toBe(opened?.knowledge);
  }, 90_000);
});

describe('deliveries', () => {
  it('hold up neither the cookie nor another receiver, and end as a dead letter that can be sent again', async () => {
    const receivers = `
      import { existsSync } from 'node:fs';
      import { join } from 'node:path';
      import { defineReceiver } from 'cookie-monster';
      export const down = defineReceiver({
        id: 'down', accepts: (n) => n.about === 'seen',
        receive: (n, context) => { if (!existsSync(join(context.home, 'mended'))) throw new Error('connection refused'); },
      });`;
    await using system = await startTestSystem({
      rules: {
        'seen.rule.ts': ruleOn('seen', 'seen'),
        'recorder.receiver.ts': RECORDER,
        'down.receiver.ts': receivers,
      },
      config: { deliveries: { attempts: 3, backoff: '100 ms' } },
    });
    await system.enrich('/data/reported', enrichment('seen'));
    await system.settled();
    expect(await received(system.folder.home)).toHaveLength(1);
    await until(async () => (await system.deliveries()).some(({ state }) => state === 'dead'), 'a dead letter');

    const headers = { Accept: 'application/json', 'Content-Type': 'application/json' };
    const listed = await fetch(`${system.api.url}/notifications?status=dead`, { headers });
    expect(JSON.stringify(await listed.json())).toContain('connection refused');

    await writeFile(join(system.folder.home, 'mended'), '');
    const again = await fetch(`${system.api.url}/notifications/redeliver`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ status: 'dead' }),
    });
    expect(again.status).toBe(200);
    await until(async () => (await system.deliveries()).every(({ state }) => state === 'delivered'), 'the redelivery');
  }, 90_000);

  it('of a receiver that hangs do not stop those of others', async () => {
    const hanging = `
      import { defineReceiver } from 'cookie-monster';
      export default defineReceiver({ id: 'hanging', accepts: (n) => n.about === 'seen', receive: () => new Promise(() => {}) });`;
    await using system = await startTestSystem({
      rules: {
        'seen.rule.ts': ruleOn('seen', 'seen'),
        'recorder.receiver.ts': RECORDER,
        'hanging.receiver.ts': hanging,
      },
    });
    const paths = Array.from({ length: 20 }, (_, index) => `/data/many-${index}`);
    await Promise.all(paths.map(async (path) => system.enrich(path, enrichment('seen'))));
    await until(
      async () => (await received(system.folder.home)).length === paths.length,
      'the other receiver to have all',
    );
  }, 90_000);
});
