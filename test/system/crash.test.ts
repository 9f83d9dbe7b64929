import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { openJar } from '../../cookiejar/open-jar.ts';
import { Ledger } from '../../deliveries/ledger.ts';
import { startJarServer } from '../../embedded/jar/server.ts';
import { isAlive } from '../../embedded/process-identity.ts';
import { createRemoteWake } from '../../workflows/client/wake.ts';
import { killHard, startCommand } from '../support/command.ts';
import { applicationsOf, layTestGround, until } from '../support/ground.ts';
import { linesOf, loaderOn, RECORDER, received, ruleOn } from '../support/rule-texts.ts';
import { enrichment } from '../support/system.ts';

const digestSchema = z.object({ examples: z.array(z.object({ identifier: z.string() })) });

/** Temporal gives a dead worker's cookies to another one after ten seconds. */
const RECOVERY_MS = 60_000;

describe('a worker that is killed in the middle of 100 cookies', () => {
  it('leaves nothing undone and nothing doubled once it is started again', async () => {
    await using ground = await layTestGround({
      rules: {
        'seen.rule.ts': ruleOn('seen', 'seen'),
        'learnt.rule.ts': ruleOn('learnt', 'learnt'),
        'learnt.loader.ts': loaderOn({ id: 'learnt', needs: 'seen', body: 'await sleep(20);' }),
        'recorder.receiver.ts': RECORDER,
      },
    });
    const paths = Array.from({ length: 100 }, (_, index) => `/data/crash-${index}`);
    await ground.store.jar.enrich(paths.map((identifier) => ({ identifier, enrichments: [enrichment('seen')] })));
    const wake = createRemoteWake(ground.client);
    await Promise.all(paths.map(async (path) => wake(path, 'enriched')));
    const settledOnes = async () => (await ground.store.jar.open(paths)).filter(({ settled }) => settled !== undefined);

    await using first = startCommand(['worker'], ground.environment, ground.folder.base);
    await until(async () => (await settledOnes()).length >= 20, 'some cookies to settle');
    first.signal('SIGKILL');
    await first.exit;
    expect((await settledOnes()).length).toBeLessThan(paths.length);

    await using second = startCommand(['worker'], ground.environment, ground.folder.base);
    await second.says('worker ready');
    await ground.settled(RECOVERY_MS);

    const rulebook = await ground.rulebook();
    for (const path of paths) {
      const { cookie, settled } = await ground.opened(path);
      const applied = applicationsOf(cookie);
      const job = settled?.job;
      expect(applied).toHaveLength(2);
      for (const rule_id of ['seen', 'learnt']) {
        expect(applied).toContainEqual({ rule_id, terminated_processing: false, rulebook, job });
      }
      expect(cookie.enrichments.fromSource('seen')).toHaveLength(1);
      expect(cookie.enrichments.fromSource('learnt')).toHaveLength(1);
      expect(await ground.problems(path)).toEqual([]);
    }

    const wanted = paths.flatMap((path) => ['seen', 'learnt'].map((about) => `${about} ${path}`)).toSorted();
    await until(async () => (await ground.deliveries()).every(({ state }) => state === 'delivered'), 'all deliveries');
    const notifications = await received(ground.folder.home);
    const ids = new Map(notifications.map(({ about, identifier, id }) => [`${about} ${identifier}`, id]));
    expect([...ids.keys()].toSorted()).toEqual(wanted);
    for (const { about, identifier, id } of notifications) expect(ids.get(`${about} ${identifier}`)).toBe(id);
    const deliveries = await ground.deliveries();
    expect(deliveries.map(({ notification: n }) => `${n.about} ${n.identifier}`).toSorted()).toEqual(wanted);
    expect(new Set(deliveries.map(({ notification }) => notification.id))).toEqual(new Set(ids.values()));
  }, 150_000);
});

describe('a worker that is killed while it gathers notifications for digests', () => {
  it('leaves none untold and tells none by two digests', async () => {
    await using ground = await layTestGround({
      rules: { 'seen.rule.ts': ruleOn('seen', 'seen'), 'recorder.receiver.ts': RECORDER },
      config: { deliveries: { receivers: { recorder: { digestWindow: '2 s' } } } },
    });
    const wake = createRemoteWake(ground.client);
    const paths = Array.from({ length: 60 }, (_, index) => `/data/digest-${index}`);
    const bring = async (some: readonly string[]) => {
      await ground.store.jar.enrich(some.map((identifier) => ({ identifier, enrichments: [enrichment('seen')] })));
      await Promise.all(some.map(async (path) => wake(path, 'enriched')));
    };
    const gathered = async () => (await ground.deliveries()).filter(({ held }) => held !== undefined).length;

    for (const [round, some] of [paths.slice(0, 20), paths.slice(20, 40), paths.slice(40)].entries()) {
      await using worker = startCommand(['worker'], ground.environment, ground.folder.base);
      await bring(some);
      await until(async () => (await gathered()) > round * 20, 'some notifications to be gathered', RECOVERY_MS);
      worker.signal('SIGKILL');
      await worker.exit;
    }

    await using last = startCommand(['worker'], ground.environment, ground.folder.base);
    await last.says('worker ready');
    await ground.settled(RECOVERY_MS);
    await until(
      async () => {
        const deliveries = await ground.deliveries();
        return deliveries.length > paths.length && deliveries.every(({ state }) => state === 'delivered');
      },
      'all deliveries',
      RECOVERY_MS,
    );

    const digests = new Map((await received(ground.folder.home)).map((digest) => [digest.id, digest]));
    expect(new Set([...digests.values()].map(({ about }) => about))).toEqual(new Set(['digest']));
    const told = [...digests.values()].flatMap(({ data }) => digestSchema.parse(data).examples);
    expect(told.map(({ identifier }) => identifier).toSorted()).toEqual(paths.toSorted());
  }, 150_000);
});

describe('a demo whose whole process tree is killed in mid-run', () => {
  it('ends with everything known and every rule applied when the same command is run again', async () => {
    const base = await realpath(await mkdtemp(join(tmpdir(), 'cookie-monster-crash-')));
    try {
      const folder = join(base, 'files');
      const files = await writeFiles(folder, 120);
      const home = join(base, 'home');
      const environment = { ...(await ownFolders(base)), COOKIE_MONSTER_HOME: home };

      await using first = startCommand(['demo', '--folder', folder], environment, base);
      await first.says(/cookies settled (1\d|[2-9]\d)\b/, RECOVERY_MS);
      const killed = first.tree();
      expect(killed.length).toBeGreaterThanOrEqual(5);
      killHard(killed);
      await first.exit;
      expect(first.output.stdout).not.toContain('Done in');

      await using second = startCommand(['demo', '--folder', folder, '--once'], environment, base);
      await second.says('files found', RECOVERY_MS);
      const [, ...children] = second.tree();
      expect(await second.exit).toBe(0);
      expect(second.output.stdout).toContain(`${files.length} cookies in the jar, ${files.length} settled`);
      expect([...killed, ...children].filter(isAlive)).toEqual([]);

      await checkJar(join(home, 'demo', 'jar'), files);
      const notifications = await linesOf(join(home, 'demo', 'told.txt'));
      expect(new Set(notifications).size).toBe(files.length);
    } finally {
      await rm(base, { recursive: true, force: true, maxRetries: 5 });
    }
  }, 240_000);
});

async function writeFiles(folder: string, count: number): Promise<string[]> {
  await mkdir(folder);
  const files = Array.from({ length: count }, (_, index) => join(folder, `file-${index}.txt`));
  await Promise.all(files.map(async (file, index) => writeFile(file, `line\n`.repeat(index + 1))));
  return files;
}

/** Rules and configuration of the test's own, and free ports for the servers. */
async function ownFolders(base: string): Promise<Record<string, string>> {
  const rules = join(base, 'rules');
  const configs = join(base, 'configs');
  await Promise.all([mkdir(rules), mkdir(join(configs, 'workers'), { recursive: true })]);
  const told = RECORDER.replace('received.jsonl', 'told.txt').replace(
    'JSON.stringify(notification)',
    'notification.id',
  );
  await Promise.all([
    writeFile(join(configs, 'cookie-monster.json'), '{}'),
    writeFile(join(rules, 'counted.rule.ts'), ruleOn('counted', 'counted')),
    writeFile(
      join(rules, 'counted.loader.ts'),
      loaderOn({ id: 'counted', needs: 'folder_update', body: 'await sleep(20);' }),
    ),
    writeFile(join(rules, 'told.receiver.ts'), told),
  ]);
  return {
    COOKIE_MONSTER_RULES: rules,
    COOKIE_MONSTER_CONFIG: configs,
    COOKIE_MONSTER_TEMPORAL_PORT: '0',
    COOKIE_MONSTER_TEMPORAL_UI_PORT: '0',
    COOKIE_MONSTER_JAR_PORT: '0',
    PORT: '0',
  };
}

async function checkJar(folder: string, files: readonly string[]): Promise<void> {
  const server = await startJarServer({ folder, port: 0 });
  const store = await openJar({ url: server.url, database: 'cookie-monster' });
  try {
    for (const { cookie, settled, knowledge } of await store.jar.open(files)) {
      expect(settled?.knowledge).toBe(knowledge);
      const sources = cookie.enrichments.sources().toSorted();
      expect(sources).toEqual(['counted', 'folder_update', 'rule_application']);
      expect(cookie.enrichments.fromSource('counted')).toHaveLength(1);
      const applied = applicationsOf(cookie);
      const pairs = applied.map(({ rule_id: rule, job }) => `${rule} ${job}`);
      expect(new Set(pairs).size).toBe(pairs.length);
      expect(applied).toContainEqual(expect.objectContaining({ rule_id: 'counted' }));
    }
    for await (const { state } of new Ledger(store.documents).all()) expect(state).toBe('delivered');
  } finally {
    await store.close();
    await server.close();
  }
}
