/**
 * Records a history of every path through the workflows, for the replay test. Run it when a change of workflow code is
 * meant to leave old histories behind, which only a release may do that no running installation has to survive:
 *
 *     npx tsx test/replay/record-histories.ts [name …]
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { bundleWorkflowCode } from '@temporalio/worker';
import { pino } from 'pino';
import type { DeliveryActivities } from '../../activities/delivery-activities.ts';
import { findTemporalCli } from '../../embedded/temporal/find-cli.ts';
import { createTemporalWorkers } from '../../workers/temporal-workers.ts';
import { type ProcessCookieInput, stirSignal, TASK_QUEUE, wakeSignal, WorkflowType } from '../../workflows/messages.ts';
import { TEST_CACHE } from '../support/temporal-run.ts';
import { StandInActivities } from '../workflows/stand-in-activities.ts';
import { HISTORIES, WORKFLOWS } from './places.ts';
import { type Scenario, SCENARIOS } from './recorded-scenarios.ts';

/** With this many events, a history is long enough for the server of the short ones. */
const SHORT = 15;

const LOOK_MS = 50;

/** Names the machine that it was recorded on, or grows large, and matters to no replay. */
const LEFT_OUT = new Set(['identity', 'stackTrace', 'taskId', 'workerVersion']);

async function onServer(isShort: boolean, work: (env: TestWorkflowEnvironment) => Promise<void>): Promise<void> {
  const cli = await findTemporalCli({
    cli: process.env['TEMPORAL_CLI'],
    searchPath: process.env['PATH'] ?? '',
    cacheFolders: TEST_CACHE,
    logger: pino({ level: 'warn' }),
  });
  const suggest = ['--dynamic-config-value', `limit.historyCount.suggestContinueAsNew=${SHORT}`];
  const env = await TestWorkflowEnvironment.createLocal({
    server: { executable: { type: 'existing-path', path: cli.path }, extraArgs: isShort ? suggest : [] },
  });
  try {
    await work(env);
  } finally {
    await env.teardown();
  }
}

async function recordAll(env: TestWorkflowEnvironment, ours: readonly (readonly [string, Scenario])[]): Promise<void> {
  for (const [name, scenario] of ours) {
    const runs = await record(env, name, scenario);
    for (const [index, history] of runs.entries()) {
      const file = join(HISTORIES, `${name}${runs.length > 1 ? `-${index + 1}` : ''}.json`);
      await writeFile(file, history);
    }
    process.stdout.write(`${name}: ${runs.length} histories\n`);
  }
}

/** Runs a scenario with workers of its own. @returns the histories of its runs, in order */
async function record(env: TestWorkflowEnvironment, name: string, scenario: Scenario): Promise<string[]> {
  const begun = gate();
  const released = gate();
  const script = 'script' in scenario ? scenario.script() : {};
  const { judge, redeliver } = script;
  const isHeld = scenario.end !== undefined || (scenario.kind === 'cookie' && scenario.signals !== undefined);
  const run = (scenario.kind === 'periodic' ? scenario.run?.() : undefined) ?? (() => ({ count: 3 }));
  const hold = async (): Promise<void> => {
    begun.open();
    if (isHeld) await released.opened;
  };
  const standIn = new StandInActivities({
    ...script,
    judge: async (input) => {
      await hold();
      return (await judge?.(input)) ?? {};
    },
    redeliver: async (delivery) => {
      await hold();
      await redeliver?.(delivery);
    },
  });
  const workers = await createTemporalWorkers({
    connection: env.nativeConnection,
    namespace: env.namespace ?? 'default',
    workflowBundle: { code },
    cookieActivities: { ...standIn.activities, ...digestActivities(scenario, hold) },
    periodicActivities: {
      runPeriodic: async () => {
        await hold();
        return run();
      },
    },
    slots: 10,
  });
  const running = workers.run();
  try {
    const handle = await start(env.client, name, scenario);
    if (scenario.kind === 'cookie' && scenario.signals !== undefined) {
      await begun.opened;
      for (const signal of scenario.signals ?? []) await handle.signal(wakeSignal, signal);
    }
    if (scenario.kind === 'digest' && scenario.isStirred === true) {
      await timerOf(handle);
      await handle.signal(stirSignal);
    }
    await end(handle, scenario, begun.opened);
    released.open();
    // Failing for good is one of the paths.
    await handle.result().catch(() => {});
    return await historiesOf(env.client, handle.workflowId);
  } finally {
    workers.shutdown();
    await running;
  }
}

async function start(client: Client, name: string, scenario: Scenario): Promise<WorkflowHandle> {
  const options = { workflowId: name, taskQueue: TASK_QUEUE };
  if (scenario.kind === 'periodic') {
    const args = [{ worker: 'FolderRetrieval', digest: 'digest-1' }];
    if (scenario.bySchedule === true) return startBySchedule(client, name, args);
    return client.workflow.start(WorkflowType.RunPeriodicWorker, { ...options, args });
  }
  if (scenario.kind === 'delivery') {
    const { burial } = scenario;
    const args = [{ delivery: 'delivery-1', ...(burial === undefined ? {} : { burial }) }];
    return client.workflow.start(WorkflowType.DeliverNotification, { ...options, args });
  }
  if (scenario.kind === 'digest') {
    const args = [{ receiver: 'everyone', window: '1767592800000' }];
    return client.workflow.start(WorkflowType.TellDigest, { ...options, args });
  }
  const first = { id: 'wake-1', kind: 'enriched' } as const;
  const { bySignal, wakes = bySignal === true ? [] : [first] } = scenario;
  const args: [ProcessCookieInput] = [{ identifier: '/data/recorded', wakes }];
  if (bySignal !== true) return client.workflow.start(WorkflowType.ProcessCookie, { ...options, args });
  const signal = { signal: wakeSignal, signalArgs: [first] as [typeof first] };
  return client.workflow.signalWithStart(WorkflowType.ProcessCookie, { ...options, args, ...signal });
}

/** What a window of a digest and a revived delivery need, as a scenario says. */
function digestActivities(scenario: Scenario, hold: () => Promise<void>): DeliveryActivities {
  const waits = scenario.kind === 'digest' ? [...scenario.waits] : [];
  return {
    revive: async () => {},
    digestDue: async () => {
      await hold();
      return { waitMs: waits.shift() ?? 0 };
    },
    gatherDigests: async () => ({ deliveries: scenario.kind === 'digest' ? scenario.gathered : [] }),
  };
}

/** Waits until a workflow waits for a timer. */
async function timerOf(handle: WorkflowHandle): Promise<void> {
  for (;;) {
    const { events } = await handle.fetchHistory();
    if (events?.some(({ timerStartedEventAttributes: timer }) => timer)) return;
    await delay(LOOK_MS);
  }
}

async function end(handle: WorkflowHandle, scenario: Scenario, begun: Promise<void>): Promise<void> {
  if (scenario.end === undefined) return;
  await begun;
  if (scenario.end === 'terminate') await handle.terminate('recorded');
  else await handle.cancel();
}

/** Has a Schedule start it at once, which lets it choose the rest of the id. */
async function startBySchedule(client: Client, name: string, args: unknown[]): Promise<WorkflowHandle> {
  const schedule = await client.schedule.create({
    scheduleId: name,
    spec: {},
    action: { type: 'startWorkflow', workflowType: WorkflowType.RunPeriodicWorker, taskQueue: TASK_QUEUE, args },
  });
  await schedule.trigger();
  for (;;) {
    const [started] = (await schedule.describe()).info.recentActions;
    if (started !== undefined) return client.workflow.getHandle(started.action.workflow.workflowId);
    await delay(LOOK_MS);
  }
}

async function historiesOf(client: Client, workflowId: string): Promise<string[]> {
  const histories: string[] = [];
  const runs: string[] = [];
  for await (const { runId } of client.workflow.list({ query: `WorkflowId = "${workflowId}"` })) runs.unshift(runId);
  for (const runId of runs) {
    const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    histories.push(`{"events": [\n${(events ?? []).map((event) => JSON.stringify(plain(event))).join(',\n')}\n]}\n`);
  }
  return histories;
}

/**
 * What is encoded to the same bytes again, in plain JSON: enumerations are numbers, bytes are base64. Temporal's own
 * JSON is not read back where packages are installed with several copies of protobufjs.
 */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  if ('low' in value && 'toNumber' in value && typeof value.toNumber === 'function') return value.toNumber() as number;
  const fields = Object.entries(value).filter(([name, field]) => !LEFT_OUT.has(name) && field !== null);
  return Object.fromEntries(fields.map(([name, field]) => [name, plain(field)]));
}

function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

const wanted = process.argv.slice(2);
const scenarios = Object.entries(SCENARIOS).filter(([name]) => wanted.length === 0 || wanted.includes(name));
const { code } = await bundleWorkflowCode({ workflowsPath: WORKFLOWS });
await mkdir(HISTORIES, { recursive: true });
for (const isShort of [false, true]) {
  const ours = scenarios.filter(([, one]) => (one.kind === 'cookie' && one.shortHistory === true) === isShort);
  if (ours.length > 0) await onServer(isShort, async (env) => recordAll(env, ours));
}
