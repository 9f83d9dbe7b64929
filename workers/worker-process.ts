import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import type { NativeConnection } from '@temporalio/worker';
import type { Logger } from 'pino';
import { createCookieActivities } from '../activities/create-cookie-activities.ts';
import type { DeliveryDependencies } from '../activities/delivery-dependencies.ts';
import { createPeriodicActivities } from '../activities/create-periodic-activities.ts';
import { Tally } from '../activities/tally.ts';
import type { OpenJar } from '../cookiejar/open-jar.ts';
import type { JsonValue } from '../cookiejar/json.ts';
import type { Settings } from '../configs/settings.ts';
import { receiverKey } from '../deliveries/delivery-ids.ts';
import { Ledger } from '../deliveries/ledger.ts';
import { createEvaluator } from '../rulebook/create-evaluator.ts';
import { UserWorkers } from '../periodic/user-workers/user-workers.ts';
import { RulebookKeeper } from '../rulebook/keeping/rulebook-keeper.ts';
import { RulebookStore } from '../rulebook/versions/rulebook-store.ts';
import { startDelivery } from '../workflows/client/start-delivery.ts';
import { startDigest } from '../workflows/client/start-digest.ts';
import { createPacedWake } from '../workflows/client/paced-wake.ts';
import { createEagerWake, type WakeCookie } from '../workflows/client/wake.ts';
import { WakeKind } from '../workflows/messages.ts';
import { currentRulebook } from './current-rulebook.ts';
import { type IrodsConnection, openIrods } from './irods-connection.ts';
import { PeriodicRunner } from './periodic-runner.ts';
import { stirOpenWindows, warnOfUnknownReceivers } from './receiver-settings.ts';
import { asRuleLog } from './rule-log.ts';
import { RESERVED_NAMES } from './inspect-worker-config.ts';
import { keepSchedules, type ScheduleKeeper } from './schedule-keeper.ts';
import { createTemporalWorkers } from './temporal-workers.ts';
import { createWatches } from './watches.ts';
import { WORKFLOW_BUNDLE } from './workflow-bundle.ts';

const WORKFLOW_SLOTS = 40;
const MIB = 1024 ** 2;

/** What a worker process is made of. */
export interface WorkerProcessOptions {
  readonly settings: Settings;
  readonly connection: NativeConnection;
  /** Shares `connection`, so that what it starts can be run here at once. */
  readonly client: Client;
  readonly store: OpenJar;
  readonly log: Logger;
  /** Told of every progress that a periodic worker reports here. */
  readonly onProgress?: (worker: string, progress: JsonValue | undefined) => void;
}

/** A process's worker at work. */
export interface WorkerProcess {
  /** Wakes cookies, preferably into this very process. */
  readonly wake: WakeCookie;
  /** What this process has done so far. */
  readonly tally: Readonly<Tally>;
  /** Rejects when the worker fails; never settles for an end that was asked for. */
  readonly failed: Promise<never>;
  /** Stops taking work, finishes or hands back what runs, ends all threads. */
  close(): Promise<void>;
}

/**
 * Starts everything that processes cookies: the keepers of the rulebook and of the Schedules, the threads for users'
 * code, and the Temporal workers.
 */
export async function startWorkerProcess(options: WorkerProcessOptions): Promise<WorkerProcess> {
  const { settings, connection, client, store, log } = options;
  const { jar, documents } = store;
  const rulebooks = new RulebookStore(documents);
  const keeper = new RulebookKeeper({ ...ruleFolders(settings), store: rulebooks, logger: asRuleLog(log) });
  await keeper.start();
  const irods = openIrods(settings);
  const evaluator = startEvaluator(options, rulebooks, irods);
  const tally = new Tally();
  const wake = createPacedWake(client, createEagerWake(client), settings.worker.cookies);
  let schedules: ScheduleKeeper | undefined;
  const users = new UserWorkers({
    folder: settings.workersFolder,
    cacheFolder: join(settings.home, 'workers'),
    reserved: RESERVED_NAMES,
    logger: log,
    onChange: () => schedules?.look(),
  });
  await users.start();
  const runner = new PeriodicRunner({
    store,
    users,
    wake,
    log,
    leaveOut: [settings.home],
    batonBinDir: irods?.binDir,
    irodsPace: irods?.pace,
    watches: (signal) => createWatches({ client, jar, ledger: new Ledger(documents), wake, signal }),
    silenceMs: settings.periodic.timeoutMs,
    memoryMb: Math.ceil(settings.periodic.memoryBytes / MIB),
    ...onProgress(options),
  });
  const tellDigest: DeliveryDependencies['startDigest'] = async (input, { stir }) =>
    startDigest(client, { input, receiverKey: receiverKey(input.receiver), stir });
  const receiving = { settings, documents, rulebooks, startDigest: tellDigest, log };
  await warnOfUnknownReceivers(receiving);
  await stirOpenWindows(receiving);
  const workers = await createTemporalWorkers({
    connection,
    namespace: settings.temporal.namespace,
    workflowBundle: WORKFLOW_BUNDLE,
    slots: settings.worker.slots ?? WORKFLOW_SLOTS,
    ...(settings.temporal.build && { build: settings.temporal.build }),
    cookieActivities: createCookieActivities({
      jar,
      ledger: new Ledger(documents),
      evaluator,
      currentRulebook: currentRulebook(rulebooks),
      limits: { rounds: settings.rules.rounds, loaderAttempts: settings.rules.loaderAttempts },
      deliveryPolicy: settings.deliveries,
      startDelivery: async (delivery) => startDelivery(client, delivery),
      wake: async (identifier) => wake(identifier, WakeKind.Enriched),
      documents,
      receivers: new Map(Object.entries(settings.deliveries.receivers)),
      definitions: async (hash) => rulebooks.definitions(hash),
      startDigest: tellDigest,
      tally,
      log,
    }),
    periodicActivities: createPeriodicActivities(async (worker, run) => runner.run(worker, run)),
  });
  const ended = workers.run();
  const failed = ended.then(() => new Promise<never>(() => {}));
  // It may fail before anybody listens.
  failed.catch(() => {});
  schedules = await keepSchedules({
    client,
    documents,
    folder: settings.workerConfigFolder,
    workersFolder: settings.workersFolder,
    users,
    log,
    onConfigs: (inForce) => runner.configure(inForce),
  });
  return {
    wake,
    tally,
    failed,
    async close() {
      workers.shutdown();
      await Promise.all([schedules?.close(), users.stop(), keeper.stop(), ended.catch(() => {})]);
      await runner.close();
      await evaluator.close();
      await irods?.close();
    },
  };
}

function startEvaluator(
  { settings, store, log }: WorkerProcessOptions,
  rulebooks: RulebookStore,
  irods: IrodsConnection | undefined,
) {
  const { rules, deliveries, worker, home, context } = settings;
  const { threads } = worker;
  return createEvaluator({
    ...ruleFolders(settings),
    store: rulebooks,
    home,
    config: context,
    services: { jar: store.jar, ...(irods === undefined ? {} : { irods: irods.reader }) },
    logger: asRuleLog(log),
    limits: {
      ruleTimeoutMs: rules.ruleTimeoutMs,
      loaderTimeoutMs: rules.loaderTimeoutMs,
      receiverTimeoutMs: deliveries.timeoutMs,
    },
    ...(threads === undefined ? {} : { threads: { rules: threads, loaders: threads, receivers: threads } }),
  });
}

function ruleFolders({ rulesFolder, home }: Settings) {
  return { rulesFolder, cacheFolder: join(home, 'rulebooks') };
}

function onProgress({ onProgress: tell }: WorkerProcessOptions) {
  return tell === undefined ? {} : { onProgress: tell };
}
