import { Context } from '@temporalio/activity';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import type { Schedule, ScheduleRun } from '../../api/schedules/schedule-desk.ts';
import { writeSchedule } from '../../periodic/schedule-writing.ts';
import { readWorkerReports, reportWorkers, type WorkersReport } from '../../periodic/user-workers/worker-reports.ts';
import { TASK_QUEUE, WorkflowType } from '../../workflows/messages.ts';
import { eventually } from './eventually.ts';
import { Gate } from './gate.ts';
import { type Installation, startInstallation } from './installation.ts';
import type { RawResponse } from './raw-request.ts';

type Told = Schedule & { readonly running: boolean; readonly interval: string | null; readonly triggers: unknown[] };

const ACTION = { workflowType: WorkflowType.RunPeriodicWorker, taskQueue: TASK_QUEUE };
/** Comes when no test runs. */
const YEARLY = 'cron 0 0 1 1 *';

describe('/schedules', () => {
  let installation: Installation;

  beforeAll(() => {
    Runtime.install({ logger: new DefaultLogger('ERROR') });
  });

  beforeEach(async () => {
    installation = await startInstallation();
  }, 60_000);

  afterEach(async () => {
    await installation.close();
  });

  async function schedule(worker: string, interval = 'every 1 h', paused = false): Promise<void> {
    const timezone = 'Europe/London';
    const config = {
      worker,
      file: `${worker}.json`,
      digest: 'd',
      interval,
      timezone,
      paused,
      overlap: 'skip',
    } as const;
    await writeSchedule(installation.client, config, ACTION);
  }

  async function post(path: string, body?: unknown): Promise<RawResponse> {
    return installation.ask({ method: 'POST', path: `/schedules/${path}`, body });
  }

  async function told(id: string): Promise<Told> {
    const response = await installation.ask({ path: `/schedules/${id}` });
    expect(response.status).toBe(200);
    return response.body as Told;
  }

  async function listed(): Promise<readonly Told[]> {
    const response = await installation.ask({ path: '/schedules' });
    expect(response.status).toBe(200);
    return (response.body as { schedules: Told[] }).schedules;
  }

  async function ended(id: string, runs = 1): Promise<ScheduleRun> {
    await eventually(async () => {
      const schedules = await told(id);
      expect(schedules.runs).toHaveLength(runs);
      expect(schedules.running).toBe(false);
    });
    const [run] = (await told(id)).runs;
    if (run === undefined) throw new Error(`${id} has not run`);
    return run;
  }

  async function withWorker<T>(act: () => Promise<T>, activities: object = {}): Promise<T> {
    const worker = await Worker.create({
      connection: await installation.nativeConnection(),
      namespace: installation.client.options.namespace,
      taskQueue: TASK_QUEUE,
      workflowsPath: new URL('stand-in-workflows.ts', import.meta.url).pathname,
      maxHeartbeatThrottleInterval: '10 ms',
      activities,
    });
    return worker.runUntil(act);
  }

  it('tells nothing where there is none, and none of what is not ours', async () => {
    expect(await listed()).toEqual([]);
    await installation.client.schedule.create({
      scheduleId: 'Theirs',
      spec: { intervals: [{ every: '1h' }] },
      action: { type: 'startWorkflow', workflowType: 'theirs', taskQueue: 'theirs' },
    });
    await schedule('Ours');
    await eventually(async () => {
      expect((await listed()).map(({ id }) => id)).toEqual(['Ours']);
    });
    expect(await installation.ask({ path: '/schedules/Theirs' })).toMatchObject({
      status: 404,
      body: { detail: 'there is no Schedule "Theirs"; there are Ours' },
    });
    expect(await post('Theirs/pause')).toMatchObject({ status: 404 });
    expect((await installation.client.schedule.getHandle('Theirs').describe()).state.paused).toBe(false);
  }, 60_000);

  it('tells when each runs next, in the order of names, the same one by one', async () => {
    await schedule('Beta', YEARLY);
    await schedule('Alpha', YEARLY, true);
    await eventually(async () => {
      expect((await listed()).map(({ id, paused }) => [id, paused])).toEqual([
        ['Alpha', true],
        ['Beta', false],
      ]);
    });
    const [alpha, beta] = await listed();
    const quiet = { timezone: 'Europe/London', running: false, runs: [], triggers: [] };
    expect(alpha).toMatchObject({ ...quiet, note: 'paused in its config file', next: [] });
    expect(beta).toMatchObject({ ...quiet, note: null });
    expect(beta?.next.map((time) => time.slice(4))).toEqual(Array.from({ length: 5 }, () => '-01-01T00:00:00.000Z'));
    expect([await told('Alpha'), await told('Beta')]).toEqual([alpha, beta]);
  }, 60_000);

  it.each([
    ['GET', 'Nowhere'],
    ['POST', 'Nowhere/pause'],
    ['POST', 'Nowhere/resume'],
    ['POST', 'Nowhere/trigger'],
    ['GET', 'x'.repeat(900)],
    ['GET', 'a%2Fb%20%C3%A4'],
  ])('answers 404 to %s %.30s and names those that there are', async (method, path) => {
    const request = { method, path: `/schedules/${path}` };
    expect(await installation.ask(request)).toMatchObject({
      status: 404,
      body: { detail: expect.stringMatching(/^there is no Schedule ".+"; there is none at all$/) },
    });
  });

  it('pauses and resumes, and says what it was before and why', async () => {
    await schedule('Alpha');
    const paused = { id: 'Alpha', paused: true, note: 'disk is full' };
    expect((await post('Alpha/pause', { note: ' disk is full ' })).body).toEqual({ ...paused, changed: true });
    expect(await told('Alpha')).toMatchObject({ paused: true, note: 'disk is full', next: [] });
    expect((await post('Alpha/pause')).body).toEqual({ ...paused, changed: false });
    expect((await post('Alpha/pause', { note: 'still' })).body).toEqual({ ...paused, changed: false, note: 'still' });
    await eventually(async () => {
      expect(await listed()).toMatchObject([{ id: 'Alpha', paused: true, note: 'still' }]);
    });
    const resumed = { id: 'Alpha', paused: false, note: 'resumed over the API' };
    expect((await post('Alpha/resume', {})).body).toEqual({ ...resumed, changed: true });
    expect((await post('Alpha/resume', { note: 'again' })).body).toEqual({ ...resumed, changed: false });
    const after = await told('Alpha');
    expect([after.paused, after.note, after.next.length]).toEqual([false, resumed.note, 5]);
  }, 60_000);

  it.each([
    ['a note that is no text', { note: 5 }, /body\.note/],
    ['an empty note', { note: ' ' }, /body\.note/],
    ['a long note', { note: 'x'.repeat(1001) }, /body\.note/],
    ['another member', { reason: 'x' }, /reason/],
    ['a list', [], /body/],
  ])('refuses %s with 400', async (_name, body, reason) => {
    for (const path of ['X/pause', 'X/resume']) {
      expect(await post(path, body)).toMatchObject({ status: 400, body: { detail: expect.stringMatching(reason) } });
    }
    expect(await post('X/trigger', Array.isArray(body) ? body : { now: true })).toMatchObject({ status: 400 });
  });

  it('takes of each path the methods that it has, JSON only', async () => {
    const ask = async (method: string, path: string, headers = {}) => installation.ask({ method, path, headers });
    expect(await ask('POST', '/schedules')).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD, OPTIONS' } });
    expect(await ask('DELETE', '/schedules/X')).toMatchObject({ status: 405 });
    for (const what of ['pause', 'resume', 'trigger']) {
      const path = `/schedules/X/${what}`;
      expect(await ask('GET', path)).toMatchObject({ status: 405, headers: { allow: 'POST, OPTIONS' } });
      expect(await ask('OPTIONS', path)).toMatchObject({ status: 204, headers: { allow: 'POST, OPTIONS' } });
      expect(await ask('POST', path, { accept: 'text/html' })).toMatchObject({ status: 406 });
      const typed = { method: 'POST', path, body: 'now', headers: { 'content-type': 'text/plain' } };
      expect(await installation.ask(typed)).toMatchObject({ status: 415 });
    }
    for (const path of ['/schedules/X/stop', '/schedules/', '/schedules/X/pause/now'])
      expect(await ask('POST', path)).toMatchObject({ status: 404 });
  });

  it('triggers one that is paused too, and says so where a run is under way', async () => {
    await schedule('Alpha', YEARLY, true);
    const first = await post('Alpha/trigger');
    expect(first).toMatchObject({ status: 200, body: { id: 'Alpha', triggered: true } });
    const { workflow_id: id } = first.body as { workflow_id: string };
    expect(id).toMatch(/^periodic:Alpha-/);
    expect(await told('Alpha')).toMatchObject({
      paused: true,
      running: true,
      runs: [{ workflow_id: id, status: 'running', ended_at: null, attempt: null, progress: null, failure: null }],
    });
    expect((await post('Alpha/trigger', {})).body).toEqual({
      id: 'Alpha',
      triggered: false,
      workflow_id: id,
      run_id: expect.any(String),
      reason: expect.stringContaining('under way'),
    });
  }, 60_000);

  it('begins one run where several ask at once, and all are told of it', async () => {
    await schedule('Staying', YEARLY);
    const answers = await Promise.all([1, 2, 3, 4].map(async () => post('Staying/trigger')));
    const { runs } = await told('Staying');
    expect(runs).toHaveLength(1);
    for (const { status, body } of answers) {
      expect(status).toBe(200);
      expect(body).toMatchObject({ run_id: runs[0]?.run_id });
    }
    expect(answers.filter(({ body }) => (body as { triggered: boolean }).triggered)).toHaveLength(1);
  }, 60_000);

  it('begins another run when the one before ended within the same second', async () => {
    await schedule('Quick', YEARLY);
    await withWorker(async () => {
      for (const runs of [1, 2, 3]) {
        expect((await post('Quick/trigger')).body).toMatchObject({ triggered: true });
        expect(await ended('Quick', runs)).toMatchObject({ status: 'completed', result: { stored: 3 } });
      }
    });
    const { runs } = await told('Quick');
    expect(new Set(runs.map((run) => run.run_id)).size).toBe(3);
    expect(runs.map((run) => run.due_at)).toEqual(
      runs
        .map((run) => run.due_at)
        .toSorted()
        .toReversed(),
    );
  }, 60_000);

  it('tells what came of runs: their answers, cut where they are long, or why they failed', async () => {
    for (const worker of ['Good', 'Talkative', 'Failing']) await schedule(worker, YEARLY);
    await withWorker(async () => {
      for (const worker of ['Good', 'Talkative', 'Failing']) await post(`${worker}/trigger`);
      expect(await ended('Good')).toMatchObject({ status: 'completed', result: { stored: 3 }, failure: null });
      expect(await ended('Failing')).toMatchObject({ status: 'failed', result: null, failure: 'the folder is gone' });
      const { result, ended_at: at } = await ended('Talkative');
      expect(result).toMatch(/^"x{4000,}…$/);
      expect(Date.parse(at ?? '')).not.toBeNaN();
    });
    await eventually(async () => {
      expect((await listed()).flatMap(({ runs }) => runs.map(({ status }) => status))).toEqual([
        'failed',
        'completed',
        'completed',
      ]);
    });
  }, 60_000);

  it('tells how far a run has come, and why it is being tried again', async () => {
    const goOn = new Gate();
    const work = async (): Promise<string> => {
      const { info, heartbeat } = Context.current();
      if (info.attempt === 1) throw new Error('the disk hiccupped');
      heartbeat({ looked_at: 612 });
      await goOn.passed;
      return 'all seen';
    };
    await schedule('Working', YEARLY);
    await withWorker(
      async () => {
        await post('Working/trigger');
        await eventually(async () => {
          expect(await told('Working')).toMatchObject({
            running: true,
            runs: [
              {
                status: 'running',
                attempt: 2,
                progress: { looked_at: 612 },
                failure: 'the disk hiccupped',
                result: null,
              },
            ],
          });
        });
        goOn.open();
        expect(await ended('Working')).toMatchObject({ result: 'all seen', failure: null, attempt: null });
      },
      { work },
    );
  }, 60_000);

  it('tells what worker processes make of the files, and so the interval of each', async () => {
    await schedule('Alpha', YEARLY);
    const { documents } = installation;
    const problem = { file: 'b.worker.ts', line: 3, column: 7, reason: 'Unexpected "}"' };
    const configuration = { file: '/c/Beta.json', path: 'interval', found: '"whenever"', allowed: 'e.g. "hourly"' };
    await reportWorkers(documents, { folder: '/w', workers: [], problems: [], configuration: [], warnings: [] }, 'one');
    const report = {
      folder: '/w',
      workers: [{ name: 'Alpha', file: 'a.worker.ts' }],
      problems: [problem],
      configuration: [configuration],
      warnings: ['a.worker.ts: class Alpha has no Alpha.json'],
    };
    await reportWorkers(documents, report, 'two');
    const workerReports = { read: async () => readWorkerReports(documents) };
    const { status, body } = await installation.askChanged({ workerReports }, { path: '/schedules' });
    expect(status).toBe(200);
    const { workers, ...files } = report;
    expect(workers).toHaveLength(1);
    expect(body).toMatchObject({
      files: [
        { host: 'one', problems: [] },
        { host: 'two', at: expect.any(String), ...files },
      ],
    });

    const withInterval = async (interval: string, at: string) => ({
      ...(await readWorkerReports(documents))[1],
      at,
      workers: [{ name: 'Alpha', interval }],
    });
    const read = async () =>
      (await Promise.all([withInterval('hourly', '2026-02'), withInterval('daily', '2026-01')])) as WorkersReport[];
    const one = await installation.askChanged({ workerReports: { read } }, { path: '/schedules/Alpha' });
    expect(one.body).toMatchObject({ id: 'Alpha', interval: 'hourly' });
  }, 60_000);

  it('tells what the triggers of each have counted', async () => {
    await schedule('Alpha', YEARLY);
    const at = '2026-01-05T06:00:00.000Z';
    const count = { trigger: 'cookiesAddedSince(1000, media_type, 1 hour)', have: 612, need: 1000, met: false, at };
    const triggers = { of: async (worker: string) => (worker === 'Alpha' ? [count] : []) };
    const { status, body } = await installation.askChanged({ triggers }, { path: '/schedules/Alpha' });
    expect(status).toBe(200);
    expect(body).toMatchObject({ triggers: [{ ...count, count: '612 of 1000' }] });
  }, 60_000);
});
