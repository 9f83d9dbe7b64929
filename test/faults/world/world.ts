import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { pino } from 'pino';
import { Lifetime } from '../../../cli/lifetime.ts';
import { openJar, type OpenJar } from '../../../cookiejar/open-jar.ts';
import { findTemporalCli } from '../../../embedded/temporal/find-cli.ts';
import { acceptsConnections, readyTemporal } from '../../../embedded/temporal/readiness.ts';
import { type FaultyProxy, startFaultyProxy } from '../../support/jar-faults.ts';
import { type IrodsWorld, irodsWorld } from '../../support/irods/irods-world.ts';
import { startTestJar } from '../../support/jar.ts';
import { TEST_CACHE } from '../../support/temporal-run.ts';
import type { Plan, ProcessName } from '../plan/plan.ts';
import { findFaketime, WrongClock } from './clocks.ts';
import type { KeptProcess } from './kept-process.ts';
import { configFiles } from './config-files.ts';
import { freePorts } from './ports.ts';
import { commandProcess, jarProcess, temporalProcess } from './processes.ts';
import { type Outside, startOutside } from './receivers.ts';
import { ruleFiles } from './rule-files.ts';

/** Everything of one run: the real processes, and what they stand on. */
export interface World extends AsyncDisposable {
  /** Holds all of it; the logs are in `logs`. */
  readonly base: string;
  readonly apiUrl: string;
  readonly processes: ReadonlyMap<ProcessName, KeptProcess>;
  readonly clocks: ReadonlyMap<ProcessName, WrongClock>;
  readonly proxy: FaultyProxy;
  readonly outside: Outside;
  readonly zone: IrodsWorld;
  readonly folder: string;
  readonly rules: string;
  /** Looks at the jar beside the proxy. */
  readonly store: OpenJar;
  /** Looks at Temporal. */
  readonly client: Client;
  /** Leaves the folder where it is when everything else is cleared away. */
  keepFolder(): void;
}

/** Where Temporal's program is, found once. */
let temporalCli: Promise<string> | undefined;

const NAMESPACE = 'faults';
const DATABASE = 'faults';
const READY_MS = 120_000;
const LOOK_MS = 50;

/** Whether the jar server is started here, and may be killed; else it is the one at `COUCHDB_URL`. */
export const OWN_JAR = (process.env['COUCHDB_URL'] ?? '') === '';

/** Starts everything; disposing of it ends everything. */
export async function startWorld(plan: Plan): Promise<World> {
  const lifetime = new Lifetime(pino({ level: 'warn' }));
  try {
    return await startAll(plan, lifetime);
  } catch (error) {
    await lifetime.close();
    throw error;
  }
}

async function startAll(plan: Plan, lifetime: Lifetime): Promise<World> {
  const base = await realpath(await mkdtemp(join(tmpdir(), `cookie-monster-faults-${plan.seed}-`)));
  let keep = false;
  lifetime.add('the folder', async () => {
    if (!keep) await rm(base, { recursive: true, force: true, maxRetries: 10 });
  });
  const at = (name: string): string => join(base, name);
  await Promise.all(['logs', 'jar', 'temporal', 'folder', 'elsewhere'].map(async (name) => mkdir(at(name))));
  const [temporalPort = 0, jarPort = 0, apiPort = 0] = await freePorts(3);
  const outside = await startOutside(plan.loaderFailures);
  lifetime.add('the outside', async () => outside.close());
  const zone = irodsWorld('empty');
  lifetime.add('the zone', () => zone.close());
  await writeAll(at('rules'), ruleFiles(plan));
  await writeAll(at('configs'), configFiles(plan, { outside: outside.url, folder: at('folder') }));

  const given = OWN_JAR ? undefined : await startTestJar();
  lifetime.add('the given jar', async () => given?.stop());
  const jarUrl = given?.url ?? `http://127.0.0.1:${jarPort}`;
  const database = given?.newDatabase() ?? DATABASE;
  const proxy = await startFaultyProxy(jarUrl);
  lifetime.add('the proxy', async () => proxy.stop());

  temporalCli ??= findCli();
  const processes = new Map<ProcessName, KeptProcess>();
  const clocks = new Map<ProcessName, WrongClock>();
  lifetime.add('the processes', async () => endAll([...processes.values()]));
  const temporal = temporalProcess({ cli: await temporalCli, base, port: temporalPort, namespace: NAMESPACE });
  processes.set('temporal', temporal);
  if (OWN_JAR) processes.set('jar', jarProcess({ base, port: jarPort }));
  for (const server of processes.values()) server.start();
  await Promise.all([
    readyTemporal(
      { host: '127.0.0.1', port: temporalPort, namespace: NAMESPACE, retentionHours: 24 },
      AbortSignal.timeout(READY_MS),
    ),
    OWN_JAR ? whenListening(jarPort) : undefined,
  ]);
  const environment = {
    COOKIE_MONSTER_HOME: at('home'),
    COOKIE_MONSTER_CONFIG: at('configs'),
    COOKIE_MONSTER_RULES: at('rules'),
    TEMPORAL_ADDRESS: `127.0.0.1:${temporalPort}`,
    TEMPORAL_NAMESPACE: NAMESPACE,
    COUCHDB_URL: proxy.url,
    COUCHDB_DATABASE: database,
    BATON_BIN_DIR: zone.bin,
    PORT: String(apiPort),
  };
  const faketime = findFaketime();
  const workers = Array.from({ length: plan.workers }, (_, index): ProcessName => `worker-${index + 1}`);
  for (const name of [...workers, 'api' as const]) {
    const isLiedTo = faketime !== undefined && hasWrongClock(plan, name);
    const clock = isLiedTo ? await WrongClock.make(faketime, at(`${name}.clock`)) : undefined;
    if (clock !== undefined) clocks.set(name, clock);
    const kept = commandProcess({ name, base, environment: { ...environment, ...clock?.environment } });
    processes.set(name, kept);
    kept.start();
  }
  const store = await openJar({ url: jarUrl, database });
  lifetime.add('the jar', async () => store.close());
  const connection = await Connection.connect({
    address: `127.0.0.1:${temporalPort}`,
    channelArgs: { 'grpc.enable_http_proxy': 0 },
  });
  lifetime.add('the connection', async () => connection.close());
  await Promise.all([
    whenListening(apiPort),
    ...workers.map(async (name) => whenSaid(processes.get(name), 'worker ready')),
  ]);
  return {
    base,
    apiUrl: `http://127.0.0.1:${apiPort}`,
    processes,
    clocks,
    proxy,
    outside,
    zone,
    folder: at('folder'),
    rules: at('rules'),
    store,
    client: new Client({ connection, namespace: NAMESPACE }),
    keepFolder: () => {
      keep = true;
    },
    [Symbol.asyncDispose]: async () => lifetime.close(),
  };
}

function hasWrongClock({ faults }: Plan, name: ProcessName): boolean {
  return faults.some((fault) => fault.kind === 'clock' && fault.process === name);
}

async function findCli(): Promise<string> {
  const where = { cli: process.env['TEMPORAL_CLI'], searchPath: process.env['PATH'] ?? '', cacheFolders: TEST_CACHE };
  return (await findTemporalCli({ ...where, logger: pino({ level: 'warn' }) })).path;
}

async function writeAll(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}

async function endAll(processes: readonly KeptProcess[]): Promise<void> {
  await Promise.all(processes.map(async (one) => one.kill()));
}

async function whenListening(port: number): Promise<void> {
  await eventually(async () => acceptsConnections('127.0.0.1', port), `somebody to listen on ${port}`);
}

async function whenSaid(kept: KeptProcess | undefined, text: string): Promise<void> {
  await eventually(() => kept?.said.includes(text) === true, `${kept?.name} to say "${text}"`);
}

async function eventually(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + READY_MS;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await delay(LOOK_MS);
  }
}
