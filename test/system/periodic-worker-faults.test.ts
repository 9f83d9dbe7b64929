import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startCommand } from '../support/command.ts';
import { layTestGround } from '../support/ground.ts';
import { configFile, firstRun, runs, said, SOON } from '../support/periodic-runs.ts';
import { linesOf, ruleOn } from '../support/rule-texts.ts';
import { enrichment, startTestSystem, until } from '../support/system.ts';
import { workerText } from '../support/worker-texts.ts';

describe('a run that fails', () => {
  it('is repeated by policy, shown by Temporal and in the log, and goes on where it was, due when it was due', async () => {
    const callback = `
      const { done = 0, at } = this.lastProgress ?? {};
      const due = this.context.startedAt.toISOString();
      if (done === 0) { this.heartbeat({ done: 1, at: due }); throw new Error('first'); }
      if (done === 1) { this.heartbeat({ done: 2, at: due }); process.exit(1); }
      return { done, same: at === due };`;
    await using system = await startTestSystem({
      rules: { 'mine.worker.ts': workerText('Mine', callback) },
      workers: { Mine: { interval: SOON } },
    });
    const shown = new Set<string>();
    await until(async () => {
      for await (const { workflowId } of system.client.workflow.list({ query: `WorkflowType = "runPeriodicWorker"` })) {
        const { raw } = await system.client.workflow.getHandle(workflowId).describe();
        const [pending] = raw.pendingActivities ?? [];
        if (pending?.lastFailure?.message) shown.add(pending.lastFailure.message);
      }
      return (await runs(system, 'Mine')).length > 0;
    }, 'the run to end well');
    expect(await firstRun(system, 'Mine')).toEqual({ done: 2, same: true });
    expect([...shown].join('\n')).toMatch(/Mine: Error: first \(mine\.worker\.ts:\d+:\d+\)/);
    const failures = said(system, 'a periodic run failed');
    expect(failures).toMatchObject([
      { worker: 'Mine', attempt: 1, err: { message: expect.stringContaining('Error: first (mine.worker.ts:') } },
      { worker: 'Mine', attempt: 2, err: { message: expect.stringContaining('process.exit(1)') } },
    ]);
  }, 60_000);

  it('by an endless loop is stopped while cookies go on', async () => {
    const loop = `appendFileSync(this.config.worker.begun, 'begun\\n'); for (;;) {}`;
    const rules = { 'seen.rule.ts': ruleOn('seen', 'seen') };
    await using system = await startTestSystem({ rules, config: { periodic: { timeout: '2 s' } } });
    const begun = join(system.folder.base, 'begun');
    await writeFile(configFile(system, 'Loop'), JSON.stringify({ interval: SOON, begun }));
    await system.folder.write('loop.worker.ts', workerText('Loop', loop));
    await until(async () => (await linesOf(begun)).length === 1, 'the loop to begin');
    const paths = Array.from({ length: 20 }, (_, index) => `/data/${index}`);
    await Promise.all(paths.map(async (path) => system.enrich(path, enrichment('seen'))));
    await system.settled();
    for (const path of paths) expect(await system.applied(path)).toHaveLength(1);
    await until(() => said(system, 'a periodic run failed').length > 0, 'the loop to be stopped');
    expect(said(system, 'a periodic run failed')[0]).toMatchObject({
      err: { message: expect.stringContaining('Loop: was silent for 2 s and was stopped') },
    });
    await until(async () => (await linesOf(begun)).length === 2, 'the repetition');
  }, 60_000);
});

describe('a process that ends', () => {
  it('does so within 10 s and with 0, though a run loops without end', async () => {
    const loop = `appendFileSync(this.config.worker.base + '/begun', 'begun\\n'); for (;;) {}`;
    await using ground = await layTestGround({ rules: { 'loop.worker.ts': workerText('Loop', loop) } });
    const { base } = ground.folder;
    await writeFile(configFile(ground, 'Loop'), JSON.stringify({ interval: SOON, base }));
    await using command = startCommand(['worker'], ground.environment, base);
    await until(async () => (await linesOf(join(base, 'begun'))).length === 1, 'the loop to begin');
    command.signal('SIGTERM');
    expect(await command.exit).toBe(0);
  }, 60_000);

  it('ends its runs soon, and they go on where they were in the next one', async () => {
    const callback = `
      const { base } = this.config.worker;
      if (this.lastProgress) return this.lastProgress;
      this.heartbeat({ done: 5 });
      appendFileSync(base + '/begun', 'begun\\n');
      while (true) { await new Promise((r) => setTimeout(r, 50)); this.heartbeat(); }`;
    await using ground = await layTestGround({ rules: { 'mine.worker.ts': workerText('Mine', callback) } });
    const { base } = ground.folder;
    await writeFile(configFile(ground, 'Mine'), JSON.stringify({ interval: SOON, base }));
    await using first = startCommand(['worker'], ground.environment, base);
    await until(async () => (await linesOf(join(base, 'begun'))).length === 1, 'the run to begin');
    first.signal('SIGTERM');
    expect(await first.exit).toBe(0);
    await using second = startCommand(['worker'], ground.environment, base);
    await second.says('worker ready');
    await until(async () => (await runs(ground, 'Mine')).length > 0, 'the run to end', 40_000);
    expect(await firstRun(ground, 'Mine')).toEqual({ done: 5 });
  }, 90_000);

  it('by kill -9 loses no more than a moment of progress', async () => {
    const callback = `
      const { base } = this.config.worker;
      if (this.lastProgress) return this.lastProgress;
      for (let done = 1; ; done++) {
        this.heartbeat({ done });
        if (done === 30) appendFileSync(base + '/begun', 'begun\\n');
        await new Promise((r) => setTimeout(r, 100));
      }`;
    await using ground = await layTestGround({ rules: { 'mine.worker.ts': workerText('Mine', callback) } });
    const { base } = ground.folder;
    await writeFile(configFile(ground, 'Mine'), JSON.stringify({ interval: SOON, base }));
    await using first = startCommand(['worker'], ground.environment, base);
    await until(async () => (await linesOf(join(base, 'begun'))).length === 1, 'some progress');
    first.signal('SIGKILL');
    await first.exit;
    await using second = startCommand(['worker'], ground.environment, base);
    await second.says('worker ready');
    await until(async () => (await runs(ground, 'Mine')).length > 0, 'the run to end', 60_000);
    const { done } = (await firstRun(ground, 'Mine')) as { done: number };
    expect(done).toBeGreaterThanOrEqual(10);
  }, 120_000);
});
