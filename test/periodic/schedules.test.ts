import type { Client, ScheduleDescription } from '@temporalio/client';
import { ScheduleNotFoundError } from '@temporalio/client';
import { reconcileSchedules, type ReconcileInput } from '../../periodic/schedules.ts';
import type { ScheduledWorker } from '../../periodic/scheduled-worker.ts';
import { type TestNamespace, testNamespace } from '../support/temporal.ts';

let server: TestNamespace;
let client: Client;
let worker: string;
let count = 0;

beforeAll(async () => {
  server = await testNamespace();
  client = server.client();
}, 120_000);

afterAll(async () => server.close());

beforeEach(() => {
  worker = `Worker${++count}`;
});

function config(change: Partial<ScheduledWorker> = {}): ScheduledWorker {
  const values = { interval: 'every 1 h', paused: false, overlap: 'skip' as const, ...change };
  return { worker, file: `${worker}.json`, digest: JSON.stringify(values), ...values };
}

function reconcile(change: Partial<ReconcileInput> & { configs: ScheduledWorker[] }) {
  const action = { workflowType: 'runPeriodicWorker', taskQueue: 'nobody-listens' };
  return reconcileSchedules({ client, action, knownWorkers: new Set([worker]), ...change });
}

function describeSchedule(id = worker): Promise<ScheduleDescription> {
  return client.schedule.getHandle(id).describe();
}

async function until(condition: (schedule: ScheduleDescription) => boolean): Promise<ScheduleDescription> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const schedule = await describeSchedule();
    if (condition(schedule)) return schedule;
    if (Date.now() > deadline) throw new Error(`not seen: ${JSON.stringify(schedule.info)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('schedules', () => {
  it('are made of configurations, and run at once', async () => {
    const given = config({ timezone: 'Europe/London', jitterMs: 2000, catchupWindowMs: 20_000, overlap: 'buffer_one' });
    expect(await reconcile({ configs: [given] })).toMatchObject({ created: [worker], problems: [] });
    const schedule = await until(({ info }) => info.numActionsTaken === 1);
    expect(schedule).toMatchObject({
      spec: { intervals: [{ every: 3_600_000 }], timezone: 'Europe/London', jitter: 2000 },
      policies: { overlap: 'BUFFER_ONE', catchupWindow: 20_000 },
      action: {
        workflowType: 'runPeriodicWorker',
        taskQueue: 'nobody-listens',
        workflowId: `periodic:${worker}`,
        args: [{ worker, digest: given.digest }],
        workflowExecutionTimeout: 24 * 3_600_000,
        // Ahead of waiting cookies.
        priority: { priorityKey: 1 },
      },
      state: { paused: false },
    });
    expect(schedule.info.runningActions).toHaveLength(1);
  });

  it('skip while a run is under way, also the first one, and miss no more than an hour', async () => {
    await reconcile({ configs: [config({ interval: 'every 1 s' })] });
    const { info, policies } = await until(({ info: { numActionsSkippedOverlap } }) => numActionsSkippedOverlap > 0);
    expect(info.numActionsTaken).toBe(1);
    expect(policies).toMatchObject({ overlap: 'SKIP', catchupWindow: 10_000 });
    await client.schedule.getHandle(worker).delete();
  });

  it('follow a changed interval', async () => {
    const { inForce } = await reconcile({ configs: [config()] });
    const changed = await reconcile({ configs: [config({ interval: 'daily' })], previous: inForce });
    expect(changed).toMatchObject({ created: [], updated: [worker], removed: [] });
    const { spec } = await describeSchedule();
    expect(spec.intervals).toEqual([]);
    expect(spec.calendars).toMatchObject([{ hour: [{ start: 0, end: 0 }] }]);
  });

  it('are untouched by a configuration that did not change, also in a new process', async () => {
    const first = await reconcile({ configs: [config()] });
    await until(({ info }) => info.numActionsTaken === 1);
    const handle = client.schedule.getHandle(worker);
    await handle.update((previous) => ({ ...previous, spec: { intervals: [{ every: '7 min' }] } }));
    expect(await reconcile({ configs: [config()], previous: first.inForce })).toMatchObject({ untouched: [worker] });
    expect(await reconcile({ configs: [config()] })).toMatchObject({ untouched: [worker], created: [], updated: [] });
    const { spec, info } = await describeSchedule();
    expect(spec.intervals).toMatchObject([{ every: 420_000 }]);
    expect(info.numActionsTaken).toBe(1);
  });

  it('that a person paused stay paused, whatever else changes in the file', async () => {
    await reconcile({ configs: [config()] });
    await client.schedule.getHandle(worker).pause('by hand');
    await reconcile({ configs: [config()] });
    await reconcile({ configs: [config({ interval: 'minutely' })] });
    const { state, spec } = await describeSchedule();
    expect(state).toMatchObject({ paused: true, note: 'by hand' });
    expect(spec.calendars).toHaveLength(1);
  });

  it('that a person resumed stay so until `paused` changes in the file', async () => {
    await reconcile({ configs: [config({ paused: true })] });
    await client.schedule.getHandle(worker).unpause();
    await reconcile({ configs: [config({ paused: true, interval: 'daily' })] });
    expect((await describeSchedule()).state.paused).toBe(false);
    await reconcile({ configs: [config({ paused: false })] });
    await reconcile({ configs: [config({ paused: true })] });
    expect((await describeSchedule()).state.paused).toBe(true);
  });

  it('are made paused, and do not run, where the file says so', async () => {
    await reconcile({ configs: [config({ paused: true })] });
    await reconcile({ configs: [config({ paused: true })] });
    expect(await describeSchedule()).toMatchObject({ state: { paused: true }, info: { numActionsTaken: 0 } });
    await reconcile({ configs: [config({ paused: false })] });
    expect((await describeSchedule()).state.paused).toBe(false);
  });

  it('are removed when this process saw the class go, and only then', async () => {
    const { inForce } = await reconcile({ configs: [config()] });
    expect(await reconcile({ configs: [] })).toMatchObject({ removed: [] });
    await describeSchedule();
    const gone = await reconcile({ configs: [], previous: inForce });
    expect(gone).toMatchObject({ removed: [worker], inForce: {} });
    await expect(describeSchedule()).rejects.toThrow(ScheduleNotFoundError);
    expect(await reconcile({ configs: [], previous: inForce })).toMatchObject({ removed: [worker] });
  });

  it('are removed with their class, and kept while their file is broken', async () => {
    const { inForce } = await reconcile({ configs: [config()] });
    const broken = await reconcile({ configs: [], broken: new Set([worker]), previous: inForce });
    expect(broken).toMatchObject({ removed: [], inForce });
    const gone = await reconcile({ configs: [config()], knownWorkers: new Set(['Another']), previous: broken.inForce });
    expect(gone).toMatchObject({
      removed: [worker],
      problems: [
        { worker, file: `${worker}.json`, found: `no class ${worker}`, allowed: expect.stringContaining('Another') },
      ],
    });
  });

  it('stay as they are when the new interval is refused, and hold up no other', async () => {
    const other = { ...config(), worker: `${worker}b` };
    const knownWorkers = new Set([worker, other.worker]);
    const { inForce } = await reconcile({ configs: [config()], knownWorkers });
    const refused = await reconcile({
      configs: [config({ interval: 'fortnightly' }), other],
      knownWorkers,
      previous: inForce,
    });
    expect(refused).toMatchObject({
      created: [other.worker],
      removed: [],
      problems: [{ worker, path: 'interval', found: expect.stringContaining('fortnightly'), allowed: 'e.g. "hourly"' }],
    });
    expect(refused.inForce[worker]).toBe(inForce[worker]);
    expect((await describeSchedule()).spec.intervals).toMatchObject([{ every: 3_600_000 }]);
  });

  it('are made once by several processes at once', async () => {
    const all = await Promise.all([1, 2, 3, 4].map(() => reconcile({ configs: [config()] })));
    expect(all.flatMap(({ created }) => created)).toEqual([worker]);
    const { info } = await until(({ info: { numActionsTaken } }) => numActionsTaken > 0);
    expect(info.runningActions).toHaveLength(1);
  });

  it('start their first run after all when the process that made them ended before', async () => {
    const given = config();
    await client.schedule.create({
      scheduleId: worker,
      spec: { intervals: [{ every: '1 h' }] },
      action: {
        type: 'startWorkflow',
        workflowType: 'runPeriodicWorker',
        taskQueue: 'nobody',
        args: [{ worker, digest: given.digest }],
      },
    });
    await reconcile({ configs: [given] });
    await until(({ info }) => info.numActionsTaken === 1);
  });
});
