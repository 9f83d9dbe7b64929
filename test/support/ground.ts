import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from '@temporalio/client';
import type { NativeConnection } from '@temporalio/worker';
import { loadSettings } from '../../configs/load-settings.ts';
import type { Settings } from '../../configs/settings.ts';
import type { OpenedCookie } from '../../cookiejar/cookie-jar.ts';
import type { Cookie } from '../../cookiejar/cookie.ts';
import { openJar, type OpenJar } from '../../cookiejar/open-jar.ts';
import type { Delivery } from '../../deliveries/delivery.ts';
import { Ledger } from '../../deliveries/ledger.ts';
import { WorkflowType } from '../../workflows/messages.ts';
import { startTestJar } from './jar.ts';
import { rulesFolder, type RulesFolder } from './rules-folder.ts';
import { testNamespace } from './temporal.ts';

const DEADLINE_MS = 20_000;
const LOOK_MS = 25;

/** What a rule leaves on a cookie that it was applied to. */
export interface RuleApplication {
  readonly rule_id: string;
  readonly terminated_processing: boolean;
  readonly rulebook: string;
  readonly job: string;
}

/** The rule applications of a cookie, in time order. */
export function applicationsOf({ enrichments }: Cookie): RuleApplication[] {
  return enrichments.fromSource('rule_application').map(({ metadata }) => metadata as unknown as RuleApplication);
}

/** What Cookie Monster stands on: a jar, a namespace and folders of one test's own. Nothing of it runs here. */
export interface TestGround extends AsyncDisposable {
  readonly folder: RulesFolder;
  /** Environment variables that name all of it; the API's port is any free one. */
  readonly environment: Readonly<Record<string, string>>;
  readonly settings: Settings;
  readonly connection: NativeConnection;
  readonly client: Client;
  readonly store: OpenJar;
  readonly ledger: Ledger;
  /** Waits until no cookie is being processed and all that the jar has are settled. */
  settled(deadlineMs?: number): Promise<void>;
  /** The cookie, which must be in the jar. */
  cookie(identifier: string): Promise<Cookie>;
  /** The rule applications of a cookie, in time order. */
  applied(identifier: string): Promise<RuleApplication[]>;
  /** The cookie with what its jobs left on it. */
  opened(identifier: string): Promise<OpenedCookie>;
  /** What a cookie's document says went wrong. */
  problems(identifier: string): Promise<readonly unknown[]>;
  deliveries(): Promise<Delivery[]>;
  /** Content hash of the rulebook in force. */
  rulebook(): Promise<string | undefined>;
}

/** What a ground is laid with. */
export interface TestGroundOptions {
  /** Rule files by path. */
  readonly rules: Readonly<Record<string, string>>;
  /** `cookie-monster.json`. */
  readonly config?: object;
  /** Worker files by class name. */
  readonly workers?: Readonly<Record<string, object>>;
}

/** Lays one; `await using` clears it away. */
export async function layTestGround({ rules, config = {}, workers = {} }: TestGroundOptions): Promise<TestGround> {
  const [jarServer, temporal, folder] = await Promise.all([startTestJar(), testNamespace(), rulesFolder(rules)]);
  const configs = join(folder.base, 'configs');
  await writeConfigs(configs, config, workers);
  const environment = {
    COOKIE_MONSTER_HOME: folder.home,
    COOKIE_MONSTER_CONFIG: configs,
    COOKIE_MONSTER_RULES: folder.rules,
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: temporal.namespace,
    COUCHDB_URL: jarServer.url,
    COUCHDB_DATABASE: jarServer.newDatabase(),
    PORT: '0',
  };
  const settings = loadSettings(environment, folder.base);
  const store = await openJar({ url: jarServer.url, database: settings.couchdb.database });
  const connection = await temporal.nativeConnection();
  const client = new Client({ connection, namespace: temporal.namespace });
  const ledger = new Ledger(store.documents);
  const opened = async (identifier: string): Promise<OpenedCookie> => {
    const [cookie] = await store.jar.open([identifier]);
    if (cookie?.known !== true) throw new Error(`the jar has no ${identifier}`);
    return cookie;
  };
  return {
    folder,
    environment,
    settings,
    connection,
    client,
    store,
    ledger,
    opened,
    settled: async (deadlineMs) =>
      until(
        async () => (await running(client)) === 0 && (await allSettled(store)),
        'all cookies to settle',
        deadlineMs,
      ),
    applied: async (identifier) => applicationsOf((await opened(identifier)).cookie),
    cookie: async (identifier) => (await opened(identifier)).cookie,
    problems: async (identifier) =>
      ((await readOne(store, `cookie:${identifier}`))?.['problems'] ?? []) as readonly unknown[],
    deliveries: async () => collect(ledger.all()),
    rulebook: async () => (await readOne(store, 'rulebook:current'))?.['hash'] as string | undefined,
    async [Symbol.asyncDispose]() {
      await store.close();
      await temporal.close();
      await jarServer.stop();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** Polls until a condition holds. @throws Error naming what was waited for, after the deadline */
export async function until(
  condition: () => Promise<boolean> | boolean,
  what: string,
  deadlineMs = DEADLINE_MS,
): Promise<void> {
  const deadline = Date.now() + deadlineMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`waited ${deadlineMs / 1_000} s in vain for ${what}`);
    await delay(LOOK_MS);
  }
}

async function readOne(store: OpenJar, id: string) {
  return (await store.documents.read([id])).get(id);
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

/** What Temporal counts is a moment behind; the jar is not. */
async function allSettled({ jar }: OpenJar): Promise<boolean> {
  const cookies = await jar.open(await collect(jar.identifiers('')));
  return cookies.every(({ settled, knowledge }) => settled?.knowledge === knowledge);
}

async function writeConfigs(folder: string, config: object, workers: Readonly<Record<string, object>>): Promise<void> {
  await mkdir(join(folder, 'workers'), { recursive: true });
  await writeFile(join(folder, 'cookie-monster.json'), JSON.stringify(config));
  for (const [name, text] of Object.entries(workers)) {
    await writeFile(join(folder, 'workers', `${name}.json`), JSON.stringify(text));
  }
}
