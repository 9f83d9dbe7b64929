import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AT_HAND, linesOf, loaderOn, receiverOf, ruleOn } from '../support/rule-texts.ts';
import { enrichment, startTestSystem, type TestSystem, until } from '../support/system.ts';

const calls = async ({ folder }: TestSystem): Promise<string[]> => linesOf(join(folder.home, 'calls.txt'));

/** A rule that never comes back for one cookie, unless `way out` is there. */
const loopingRule = (condition: string) => `
${AT_HAND}
import { defineRule } from 'cookie-monster';
export default defineRule({
  id: 'looping', priority: 0,
  matches: (cookie, context) => {
    if (!cookie.identifier.startsWith('/loop')) return false;
    note(context.home + '/calls.txt', cookie.identifier);
    while (${condition}) {}
    return true;
  },
  action: () => ({}),
});`;

async function enrichMany(system: TestSystem, prefix: string, count: number): Promise<string[]> {
  const paths = Array.from({ length: count }, (_, index) => `${prefix}-${index}`);
  await Promise.all(paths.map(async (path) => system.enrich(path, enrichment('seen'))));
  return paths;
}

async function allSettled(system: TestSystem, paths: readonly string[]): Promise<void> {
  const isDone = async () => (await system.store.jar.open(paths)).every(({ settled }) => settled !== undefined);
  await until(isDone, `${paths.length} cookies to settle`);
}

async function rulesAppliedTo(system: TestSystem, identifier: string): Promise<string[]> {
  return (await system.applied(identifier)).map(({ rule_id: rule }) => rule);
}

describe('a rule in an endless loop', () => {
  it('is stopped at its limit and recorded; the rules after it run', async () => {
    await using system = await startTestSystem({
      rules: { 'looping.rule.ts': loopingRule('true'), 'seen.rule.ts': ruleOn('seen', 'seen') },
      config: { rules: { ruleTimeout: '300 ms' } },
    });
    await system.enrich('/loop/one', enrichment('seen'));
    await system.settled();
    expect(await rulesAppliedTo(system, '/loop/one')).toEqual(['seen']);
    expect(await system.problems('/loop/one')).toEqual([
      expect.objectContaining({
        kind: 'rule',
        id: 'looping',
        file: 'looping.rule.ts',
        message: expect.stringContaining('ran longer than 0.3 s'),
      }),
    ]);
  }, 60_000);

  it('holds up no other cookie meanwhile', async () => {
    await using system = await startTestSystem({
      rules: {
        'looping.rule.ts': loopingRule("!existsSync(context.home + '/released')"),
        'seen.rule.ts': ruleOn('seen', 'seen'),
      },
      config: { rules: { ruleTimeout: '60 s' }, worker: { threads: 2 } },
    });
    await system.enrich('/loop/one', enrichment('seen'));
    await until(async () => (await calls(system)).length > 0, 'the loop to begin');
    await allSettled(system, await enrichMany(system, '/data/other', 10));
    expect((await system.opened('/loop/one')).settled).toBeUndefined();
    await writeFile(join(system.folder.home, 'released'), '');
    await system.settled();
    expect(await rulesAppliedTo(system, '/loop/one')).toEqual(expect.arrayContaining(['looping', 'seen']));
  }, 60_000);
});

describe('a loader that hangs', () => {
  const loaders = {
    'hanging.loader.ts': loaderOn({
      id: 'hanging',
      needs: 'seen',
      body: `
        if (!cookie.identifier.startsWith('/hang')) return { source: 'hanging', metadata: {} };
        note(context.home + '/calls.txt', cookie.identifier);
        await sleep(600_000);`,
    }),
    'next.loader.ts': loaderOn({ id: 'next', needs: 'seen', priority: 1 }),
  };

  // Below and above what a local activity waits before it leaves a call to a regular one.
  it.each(['300 ms', '1500 ms'])(
    'is tried as often as configured, stopped after %s, and passed over',
    async (limit) => {
      await using system = await startTestSystem({
        rules: loaders,
        config: { rules: { loaderTimeout: limit, loaderAttempts: 2 }, worker: { threads: 2 } },
      });
      await system.enrich('/hang/one', enrichment('seen'));
      await until(async () => (await calls(system)).length > 0, 'the loader to begin');
      const others = await enrichMany(system, '/data/other', 10);
      await allSettled(system, others);
      await system.settled();
      expect(await calls(system)).toEqual(['/hang/one', '/hang/one']);
      expect((await system.cookie('/hang/one')).enrichments.sources()).toEqual(['seen', 'next']);
      expect(await system.problems('/hang/one')).toEqual([
        expect.objectContaining({ kind: 'loader', id: 'hanging', message: expect.stringContaining('ran longer than') }),
      ]);
    },
    60_000,
  );
});

describe('a receiver that hangs', () => {
  it.each(['300 ms', '1500 ms'])(
    'is tried as often as configured, stopped after %s, and its delivery becomes a dead letter',
    async (timeout) => {
      await using system = await startTestSystem({
        rules: {
          'seen.rule.ts': ruleOn('seen', 'seen'),
          'hanging.receiver.ts': receiverOf(
            'hanging',
            'seen',
            `if (!notification.identifier.startsWith('/hang')) return;
             note(context.home + '/calls.txt', notification.id);
             await sleep(600_000);`,
          ),
        },
        config: { deliveries: { timeout, attempts: 2, backoff: '100 ms' }, worker: { threads: 2 } },
      });
      await system.enrich('/hang/one', enrichment('seen'));
      const others = await enrichMany(system, '/data/other', 10);
      await system.settled();
      const about = async (path: string) =>
        (await system.deliveries()).find(({ notification }) => notification.identifier === path);
      await until(async () => (await about('/hang/one'))?.state === 'dead', 'the dead letter');
      expect(await about('/hang/one')).toMatchObject({ attempts: 2, lastError: expect.stringContaining('ran longer') });
      const [first, second, ...more] = await calls(system);
      expect([second, ...more]).toEqual([first]);
      for (const path of others) expect((await about(path))?.state).toBe('delivered');
    },
    60_000,
  );
});

describe('user code that is slow but succeeds', () => {
  const SLOW = `note(context.home + '/calls.txt', 'called'); await sleep(3_000);`;

  it('as a loader is called exactly once, and what it brings arrives', async () => {
    await using system = await startTestSystem({
      rules: { 'slow.loader.ts': loaderOn({ id: 'slow', needs: 'seen', body: SLOW }) },
    });
    await system.enrich('/data/slow', enrichment('seen'));
    await system.settled();
    expect(await calls(system)).toEqual(['called']);
    expect((await system.cookie('/data/slow')).enrichments.fromSource('slow')).toHaveLength(1);
    expect(await system.problems('/data/slow')).toEqual([]);
  }, 60_000);

  it('as a receiver is called exactly once per delivery, which counts as made', async () => {
    await using system = await startTestSystem({
      rules: { 'seen.rule.ts': ruleOn('seen', 'seen'), 'slow.receiver.ts': receiverOf('slow', 'seen', SLOW) },
      config: { deliveries: { attempts: 1 } },
    });
    await enrichMany(system, '/data/slow', 2);
    await system.settled();
    const isDone = async () => (await system.deliveries()).every(({ state }) => state === 'delivered');
    await until(isDone, 'the deliveries to be made');
    expect(await calls(system)).toEqual(['called', 'called']);
    expect((await system.deliveries()).map(({ attempts }) => attempts)).toEqual([0, 0]);
  }, 60_000);
});
