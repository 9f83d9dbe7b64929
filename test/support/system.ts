import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from '@temporalio/client';
import { type Logger, pino } from 'pino';
import { type RunningApi } from '../../api/serve.ts';
import { Lifetime } from '../../cli/lifetime.ts';
import { serveApi } from '../../cli/serve-api.ts';
import { loadSettings } from '../../configs/load-settings.ts';
import type { Settings } from '../../configs/settings.ts';
import type { Cookie } from '../../cookiejar/cookie.ts';
import type { Enrichment } from '../../cookiejar/enrichment.ts';
import { openJar, type OpenJar } from '../../cookiejar/open-jar.ts';
import type { Delivery } from '../../deliveries/delivery.ts';
import { Ledger } from '../../deliveries/ledger.ts';
import { startWorkerProcess, type WorkerProcess } from '../../workers/worker-process.ts';
import { type WakeKind, WorkflowType } from '../../workflows/messages.ts';
import { startTestJar, type TestJar } from './jar.ts';
import { rulesFolder, type RulesFolder } from './rules-folder.ts';
import { testNamespace, type TestNamespace } from './temporal.ts';

const DEADLINE_MS = 20_000;
const LOOK_MS = 25;

/** The whole of Cookie Monster but its embedded servers, over a jar, a namespace and folders of its own. */
export interface TestSystem extends AsyncDisposable {
  readonly folder: RulesFolder;
  readonly settings: Settings;
  readonly client: Client;
  readonly store: OpenJar;
  readonly ledger: Ledger;
  readonly api: RunningApi;
  /** What was logged, one parsed line each. */
  readonly logged: readonly Readonly<Record<string, unknown>>[];
  readonly worker: WorkerProcess;
  /** Starts one more worker process on the same jar and namespace, over a rules folder of its own or the same. */
  startWorker(settings?: Partial<Settings>): Promise<WorkerProcess>;
  /** Stores enrichments of one cookie and wakes it. */
  enrich(identifier: string, ...enrichments: Enrichment[]): Promise<void>;
  wake(identifier: string, kind: WakeKind): Promise<void>;
  /** Waits until no cookie is being processed. */
  settled(): Promise<void>;
  /** The cookie, which must be in the jar. */
  cookie(identifier: string): Promise<Cookie>;
  deliveries(): Promise<Delivery[]>;
  rulebook(): Promise<string | undefined>;
}

/** What a system is started with. */
export interface TestSystemOptions {
  /** Rule files by path. */
  readonly rules: Readonly<Record<string, string>>;
  /** `cookie-monster.json`. */
  readonly config?: object;
  /** Worker files by class name. */
  readonly workers?: Readonly<Record<string, object>>;
}

/** Starts one; `await using` ends it. */
export async function startTestSystem({ rules, config = {}, workers = {} }: TestSystemOptions): Promise<TestSystem> {
  const [jarServer, temporal, folder] = await Promise.all([startTestJar(), testNamespace(), rulesFolder(rules)]);
  const configs = join(folder.base, 'configs');
  await writeConfigs(configs, config, workers);
  const settings = systemSettings(folder, configs, jarServer, temporal);
  const { log, logged } = memoryLog();
  const lifetime = new Lifetime(log);
  const store = await openJar({ url: jarServer.url, database: settings.couchdb.database });
  const connection = await temporal.nativeConnection();
  const client = new Client({ connection, namespace: temporal.namespace });
  const startWorker = async (changed: Partial<Settings> = {}): Promise<WorkerProcess> => {
    const worker = await startWorkerProcess({ settings: { ...settings, ...changed }, connection, client, store, log });
    lifetime.add('a worker', async () => worker.close());
    return worker;
  };
  const worker = await startWorker();
  const api = await serveApi({ settings, client, store, wake: worker.wake, log }, lifetime);
  const ledger = new Ledger(store.documents);
  return {
    folder,
    settings,
    client,
    store,
    ledger,
    api,
    logged,
    worker,
    startWorker,
    async enrich(identifier, ...enrichments) {
      await store.jar.enrich([{ identifier, enrichments }]);
      await worker.wake(identifier, 'enriched');
    },
    wake: worker.wake,
    settled: async () => until(async () => (await running(client)) === 0, 'all cookies to settle'),
    async cookie(identifier) {
      const cookie = await store.jar.fetch(identifier);
      if (cookie === undefined) throw new Error(`the jar has no ${identifier}`);
      return cookie;
    },
    deliveries: async () => collect(ledger.all()),
    rulebook: async () =>
      (await store.documents.read(['rulebook:current'])).get('rulebook:current')?.['hash'] as string | undefined,
    async [Symbol.asyncDispose]() {
      await lifetime.close();
      await store.close();
      await temporal.close();
      await jarServer.stop();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** Polls until a condition holds. @throws Error naming what was waited for, after the deadline */
export async function until(condition: () => Promise<boolean> | boolean, what: string): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`waited ${DEADLINE_MS / 1_000} s in vain for ${what}`);
    await delay(LOOK_MS);
  }
}

/** An enrichment as a test needs it; `second` orders them. */
export function enrichment(source: string, metadata: Enrichment['metadata'] = {}, second = 0): Enrichment {
  return { source, timestamp: new Date(Date.UTC(2026, 0, 5, 6, 0, second)).toISOString(), metadata };
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

async function running(client: Client): Promise<number> {
  const { count } = await client.workflow.count(
    `WorkflowType = "${WorkflowType.ProcessCookie}" AND ExecutionStatus = "Running"`,
  );
  return count;
}

async function writeConfigs(folder: string, config: object, workers: Readonly<Record<string, object>>): Promise<void> {
  await mkdir(join(folder, 'workers'), { recursive: true });
  await writeFile(join(folder, 'cookie-monster.json'), JSON.stringify(config));
  for (const [name, text] of Object.entries(workers)) {
    await writeFile(join(folder, 'workers', `${name}.json`), JSON.stringify(text));
  }
}

function systemSettings(folder: RulesFolder, configs: string, jar: TestJar, temporal: TestNamespace): Settings {
  return loadSettings(
    {
      COOKIE_MONSTER_HOME: folder.home,
      COOKIE_MONSTER_CONFIG: configs,
      COOKIE_MONSTER_RULES: folder.rules,
      TEMPORAL_ADDRESS: temporal.address,
      TEMPORAL_NAMESPACE: temporal.namespace,
      COUCHDB_URL: jar.url,
      COUCHDB_DATABASE: jar.newDatabase(),
      PORT: '0',
    },
    folder.base,
  );
}

function memoryLog(): { log: Logger; logged: Readonly<Record<string, unknown>>[] } {
  const logged: Readonly<Record<string, unknown>>[] = [];
  const log = pino(
    { level: 'debug' },
    {
      write: (line) => {
        logged.push(JSON.parse(line) as Record<string, unknown>);
      },
    },
  );
  return { log, logged };
}
