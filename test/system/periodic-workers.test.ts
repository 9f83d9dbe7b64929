import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readTriggers } from '../../periodic/triggers/report.ts';
import { SimilarReader } from '../../similarity/analysis/similar-reader.ts';
import { goldenPairs } from '../similarity/goldens.ts';
import { configFile, firstRun, report, runOnce, said, schedule, SOON } from '../support/periodic-runs.ts';
import { linesOf, ruleOn } from '../support/rule-texts.ts';
import { startTestSystem, type TestSystem, until } from '../support/system.ts';
import { workerText } from '../support/worker-texts.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe("the examples of Machina's guide, line for line", () => {
  const module = `
    import { PeriodicWorker } from 'cookie-monster';

    export class YourAnalysisModule extends PeriodicWorker {

      constructor(...args: ConstructorParameters<typeof PeriodicWorker>) {
        super(...args);
      }

      async callback() {
        this.logger.info("I'm firing!");
      }
    }`;

  const constrained = `
    import { PeriodicWorker } from 'cookie-monster';

    const Elf = { source: 'media_type', key: 'media_type', value: 'application/x-elf' };
    const timedelta = (duration: { seconds: number }) => duration;

    export class YourAnalysisModule extends PeriodicWorker {

      constructor(...args: ConstructorParameters<typeof PeriodicWorker>) {
        super(...args);
      }

      async callback() {
        if (await this.n_nodes_added_since(
          1000,
          Elf,
          timedelta({ seconds: 60 }),
        )) {
          this.logger.info("I'm firing under a special constraint!");
        }
      }
    }`;

  const configured = `
    import { PeriodicWorker } from 'cookie-monster';

    export class YourAnalysisModule extends PeriodicWorker {
      async callback() {
        this.logger.info(this.config['worker']['interval']);
        this.logger.info(this.config['worker']['new_value']);
        this.logger.debug('as deep as that');
      }
    }`;

  it('youranalysismodule fires, at the interval of all workers, which is hourly', async () => {
    await using system = await startTestSystem({ rules: { 'youranalysismodule.worker.ts': module } });
    await firstRun(system, 'YourAnalysisModule');
    expect(said(system, "I'm firing!")).toMatchObject([{ level: 30, worker: 'YourAnalysisModule' }]);
    const found = await schedule(system, 'YourAnalysisModule');
    expect(found?.action).toMatchObject({
      workflowType: 'runPeriodicWorker',
      args: [{ worker: 'YourAnalysisModule' }],
    });
    expect(found?.spec.calendars).toMatchObject([{ minute: [{ start: 0 }] }]);
    const [warning] = said(system, 'has no YourAnalysisModule.json');
    expect(warning).toMatchObject({ level: 40 });
  }, 60_000);

  it('YourAnalysisModule.json changes interval and log level, and gives a new value', async () => {
    await using system = await startTestSystem({
      rules: { 'youranalysismodule.worker.ts': configured },
      workers: {
        YourAnalysisModule: { log_level: 'debug', interval: 'minutely', new_value: "I'm a new configuration!" },
      },
    });
    await firstRun(system, 'YourAnalysisModule');
    const lines = system.logged.filter(({ worker, level }) => worker === 'YourAnalysisModule' && Number(level) <= 30);
    expect(lines.slice(0, 3).map(({ msg, level }) => [level, msg])).toEqual([
      [30, 'minutely'],
      [30, "I'm a new configuration!"],
      [20, 'as deep as that'],
    ]);
    expect((await schedule(system, 'YourAnalysisModule'))?.spec.calendars).toMatchObject([{ second: [{ start: 0 }] }]);
    expect(said(system, 'YourAnalysisModule.json')).toEqual([]);
  }, 60_000);

  it('fires under a special constraint only once 1,000 were added within the last minute', async () => {
    await using system = await startTestSystem({
      rules: { 'youranalysismodule.worker.ts': constrained },
      workers: { YourAnalysisModule: { interval: SOON } },
    });
    const { store } = system;
    const add = async (from: number, to: number, media_type: string) => {
      const timestamp = new Date().toISOString();
      await store.jar.enrich(
        Array.from({ length: to - from }, (_, index) => ({
          identifier: `/bin/${media_type}/${from + index}`,
          enrichments: [{ source: 'media_type', timestamp, metadata: { media_type } }],
        })),
      );
    };
    await firstRun(system, 'YourAnalysisModule');
    await add(0, 612, 'application/x-elf');
    await add(0, 800, 'text/plain');
    await runOnce(system, 'YourAnalysisModule');
    expect(said(system, 'special constraint')).toEqual([]);
    const triggers = await readTriggers(store.documents, 'YourAnalysisModule');
    expect(triggers?.triggers).toMatchObject([{ have: 612, need: 1000, met: false }]);

    await add(612, 1000, 'application/x-elf');
    await runOnce(system, 'YourAnalysisModule');
    expect(said(system, "I'm firing under a special constraint!")).not.toEqual([]);
  }, 90_000);
});

describe("a worker's file", () => {
  const answering = (answer: string) => workerText('Mine', `return '${answer}';`);

  it('takes effect when it is added, saved, renamed and deleted, for runs that start afterwards', async () => {
    await using system = await startTestSystem({ rules: {}, workers: { Mine: { interval: SOON } } });
    await until(() => said(system, 'there is no class Mine').length > 0, 'the warning');
    expect(said(system, 'there is no class Mine')).toMatchObject([{ level: 40 }]);
    expect(await schedule(system, 'Mine')).toBeUndefined();
    const { base } = system.folder;

    await system.folder.write('sub/mine.worker.ts', answering('first'));
    await until(async () => (await schedule(system, 'Mine')) !== undefined, 'the Schedule');
    expect(await firstRun(system, 'Mine')).toBe('first');

    const held = `appendFileSync('${base}/begun', 'begun'); while (!existsSync('${base}/go')) { this.heartbeat(); await new Promise((r) => setTimeout(r, 20)); } return 'held';`;
    await system.folder.write('sub/mine.worker.ts', workerText('Mine', held));
    await until(async () => (await versionOf(system)).includes('held'), 'the second version');
    const running = runOnce(system, 'Mine');
    await until(async () => (await linesOf(join(base, 'begun'))).length > 0, 'the run to begin');
    await system.folder.write('sub/mine.worker.ts', answering('third'));
    await until(async () => (await versionOf(system)).includes('third'), 'the third version');
    await writeFile(join(base, 'go'), '');
    expect(await running).toBe('held');
    expect(await runOnce(system, 'Mine')).toBe('third');

    await system.folder.write('sub/mine.worker.ts', 'export class {');
    await until(async () => (await report(system))?.problems.length === 1, 'the problem');
    expect((await report(system))?.problems).toEqual([
      { file: 'sub/mine.worker.ts', line: 1, column: expect.any(Number), reason: expect.any(String) },
    ]);
    expect(said(system, 'sub/mine.worker.ts:1')).toMatchObject([{ level: 50 }]);
    expect(await runOnce(system, 'Mine')).toBe('third');

    await system.folder.write('sub/mine.worker.ts', answering('fourth'));
    await until(async () => (await report(system))?.problems.length === 0, 'the end of the problem');
    await rename(join(system.folder.rules, 'sub/mine.worker.ts'), join(system.folder.rules, 'other.worker.ts'));
    await until(async () => (await report(system))?.workers[0]?.file === 'other.worker.ts', 'the renamed file');
    expect(await runOnce(system, 'Mine')).toBe('fourth');

    await rm(join(system.folder.rules, 'other.worker.ts'));
    await until(async () => (await schedule(system, 'Mine')) === undefined, 'the Schedule to be removed');
  }, 120_000);

  /** The bundle that the next run loads. */
  async function versionOf(system: TestSystem): Promise<string> {
    const names = await readdir(join(system.settings.home, 'workers'));
    const record = names.find((name) => /^last-good.*json$/.test(name)) ?? '';
    return readFile(join(system.settings.home, 'workers', record), 'utf8').catch(() => '');
  }

  it('keeps its Schedule over a start while it is broken', async () => {
    await using system = await startTestSystem({
      rules: { 'mine.worker.ts': answering('good') },
      workers: { Mine: { interval: SOON } },
    });
    expect(await firstRun(system, 'Mine')).toBe('good');
    await system.worker.close();
    await system.folder.write('mine.worker.ts', 'export class {');
    await rm(join(system.settings.home, 'workers'), { recursive: true });
    await system.startWorker();
    expect(await schedule(system, 'Mine')).toBeDefined();
    await system.folder.write('mine.worker.ts', answering('mended'));
    await until(async () => (await report(system))?.problems.length === 0, 'the end of the problem');
    expect(await runOnce(system, 'Mine')).toBe('mended');
  }, 90_000);

  it('may bring updates as a RetrievalWorker', async () => {
    const text = `
      import { RetrievalWorker, type Update, type UpdateSource } from 'cookie-monster';
      export class Lab extends RetrievalWorker {
        protected readonly enrichmentSource = 'lab';
        protected openSource(): UpdateSource {
          return {
            async *updatesSince(since: string | undefined): AsyncIterable<Update> {
              if (since !== undefined) return;
              for (const n of [1, 2]) yield { target: '/lab/' + n, timestamp: '2026-01-05T06:00:00Z', metadata: { n } };
            },
          };
        }
      }`;
    await using system = await startTestSystem({
      rules: { 'lab.worker.ts': text, 'lab.rule.ts': ruleOn('seen-in-lab', 'lab') },
      workers: { Lab: { interval: SOON } },
    });
    expect(await firstRun(system, 'Lab')).toMatchObject({ count: 2, stored: 2, woken: 2 });
    await system.settled();
    expect(await system.applied('/lab/2')).toMatchObject([{ rule_id: 'seen-in-lab' }]);
    expect(await runOnce(system, 'Lab')).toMatchObject({ count: 0, stored: 0 });
  }, 60_000);
});

describe('a config file that is saved while it runs', () => {
  const text = workerText(
    'Mine',
    `this.logger.debug('deep'); const { threshold, custom, log_level } = this.config.worker; return { threshold, custom, log_level };`,
    {
      members: `static readonly schema = z.strictObject({ threshold: z.number('a number').max(100).default(70), custom: z.string().optional() });`,
    },
  );

  it('changes interval, log level, a threshold and a custom value within seconds, as Temporal tells', async () => {
    await using system = await startTestSystem({
      rules: { 'mine.worker.ts': text },
      workers: { Mine: { interval: SOON } },
    });
    const digest = async () => (await schedule(system, 'Mine'))?.action.args?.[0];
    const every = async () => (await schedule(system, 'Mine'))?.spec.intervals?.map((interval) => interval.every);
    expect(await firstRun(system, 'Mine')).toEqual({ threshold: 70, log_level: 'INFO' });
    expect(await every()).toEqual([HOUR]);
    const file = configFile(system, 'Mine');

    const changes: [object, unknown][] = [
      [{ interval: 'every 10 min' }, { threshold: 70, log_level: 'INFO' }],
      [
        { interval: 'every 10 min', log_level: 'Warning' },
        { threshold: 70, log_level: 'Warning' },
      ],
      [
        { interval: 'every 10 min', threshold: 80 },
        { threshold: 80, log_level: 'INFO' },
      ],
      [
        { interval: 'every 10 min', threshold: 80, custom: 'x' },
        { threshold: 80, custom: 'x', log_level: 'INFO' },
      ],
      [
        { interval: 'every 10 min', log_level: 'debug' },
        { threshold: 70, log_level: 'debug' },
      ],
    ];
    for (const [content, answer] of changes) {
      const before = JSON.stringify(await digest());
      await writeFile(file, JSON.stringify(content));
      await until(async () => JSON.stringify(await digest()) !== before, `describe to tell ${JSON.stringify(content)}`);
      expect(await every()).toEqual([10 * MINUTE]);
      expect(await runOnce(system, 'Mine')).toEqual(answer);
      const isDeep = said(system, 'deep').some(({ worker }) => worker === 'Mine');
      expect(isDeep).toBe('log_level' in content && content.log_level === 'debug');
    }

    const good = JSON.stringify(await digest());
    await writeFile(file, JSON.stringify({ interval: 'every 10 min', threshold: 'high', treshold: 1 }));
    await until(async () => (await report(system))?.configuration.length === 2, 'the problems');
    expect((await report(system))?.configuration).toEqual([
      { file, path: 'threshold', found: '"high"', allowed: 'a number' },
      { file, path: 'treshold', found: 'an unknown key', allowed: expect.stringContaining('did you mean threshold?') },
    ]);
    expect(JSON.stringify(await digest())).toBe(good);
    expect(await runOnce(system, 'Mine')).toEqual({ threshold: 70, log_level: 'debug' });
  }, 120_000);

  it('names the class that was meant by a name that nobody has', async () => {
    await using system = await startTestSystem({
      rules: { 'mine.worker.ts': text },
      workers: { Mine: { interval: SOON, paused: true }, Mnie: {} },
    });
    const [warning] = said(system, 'there is no class Mnie');
    expect(warning?.['msg']).toMatch(/Mnie\.json: there is no class Mnie \(did you mean Mine\?\)/);
    expect(await schedule(system, 'Mnie')).toBeUndefined();
    expect((await schedule(system, 'Mine'))?.state.paused).toBe(true);
  }, 60_000);
});

describe('SimilarityAnalysis', () => {
  it('is off without its file; with it, it runs in a thread and keeps relationships in the jar', async () => {
    await using system = await startTestSystem({ rules: {} });
    expect(await schedule(system, 'SimilarityAnalysis')).toBeUndefined();
    const [i = 0, j = 0, score] = goldenPairs.pairs[0] ?? [];
    const path = (index: number) => `/bin/${index}`;
    await system.store.jar.enrich(
      [i, j].map((index) => ({
        identifier: path(index),
        enrichments: [
          {
            source: 'digests',
            timestamp: '2026-01-05T06:00:00.000Z',
            metadata: { ssdeep: goldenPairs.digests[index] ?? '' },
          },
        ],
      })),
    );
    await writeFile(configFile(system, 'SimilarityAnalysis'), JSON.stringify({ interval: SOON, ssdeep_threshold: 60 }));
    await until(async () => (await schedule(system, 'SimilarityAnalysis')) !== undefined, 'the Schedule');
    expect(await firstRun(system, 'SimilarityAnalysis')).toMatchObject({ cookies: 2, added: 1 });
    const reader = new SimilarReader(system.store.documents);
    const found = await reader.similarTo(path(i), { threshold: 0, limit: 10 });
    expect(found?.similar).toMatchObject([{ identifier: path(j), measurements: { ssdeep_similarity: score } }]);
    await writeFile(configFile(system, 'SimilarityAnalysis'), JSON.stringify({ ssdeep_treshold: 60 }));
    await until(() => said(system, 'did you mean ssdeep_threshold?').length > 0, 'the problem');
  }, 60_000);
});
