import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { Lifetime } from '../../cli/lifetime.ts';
import { logTemporalTo } from '../../cli/log.ts';
import { openStore } from '../../cli/open-store.ts';
import { connectClient, provideServers } from '../../cli/stores.ts';
import { loadSettings } from '../../configs/load-settings.ts';
import { startCommand } from '../../test/support/command.ts';
import { installBaton } from '../../test/support/irods/install.ts';
import { generateZone } from '../irods-retrieval/generate-zone.ts';

/** What is measured. */
export interface GroundOptions {
  readonly updates: number;
  readonly source: 'folder' | 'irods';
  /** `cookie-monster.json`. */
  readonly config: object;
  /** Folder of rules. */
  readonly rules: string;
}

const FILES_PER_FOLDER = 1000;
const START_MS = 120_000;
/** It is triggered once. */
const NEVER = 'every 300 days';

/** A worker process and an API process, as a user starts them, on embedded servers that are processes too. */
export async function layGround(options: GroundOptions) {
  const folder = mkdtempSync(join(tmpdir(), 'cookie-monster-backpressure-'));
  const log = pino({ level: 'warn' }, pino.destination(2));
  logTemporalTo(log);
  const lifetime = new Lifetime(log);
  lifetime.add('the folder', () => rmSync(folder, { recursive: true, force: true }));
  const { environment, worker, identifiers } = prepare(folder, options);
  const settings = loadSettings({ ...process.env, ...environment });
  const servers = await provideServers(settings, lifetime, log);
  const client = await connectClient(settings, servers, lifetime);
  const store = await openStore(settings, servers, lifetime, log);
  const named = {
    ...environment,
    TEMPORAL_ADDRESS: servers.temporalAddress,
    COUCHDB_URL: servers.couchdbUrl,
    PORT: '0',
  };
  const commands = { worker: run('worker', named, folder, lifetime), api: run('api', named, folder, lifetime) };
  await commands.worker.says('worker ready', START_MS);
  await commands.api.says('API listens', START_MS);
  const url = /"url":"(http[^"]+)"/.exec(commands.api.output.stderr)?.[1];
  if (url === undefined) throw new Error(`the API does not say where it listens: ${commands.api.output.stderr}`);
  const pids = { worker: commands.worker.pid, api: commands.api.pid };
  return { url, worker, identifiers, client, store, pids, said: () => commands.worker.output.stderr, lifetime };
}

function run(command: string, environment: Readonly<Record<string, string>>, cwd: string, lifetime: Lifetime) {
  const running = startCommand([command], environment, cwd);
  lifetime.add(command, async () => {
    running.signal('SIGTERM');
    await running.exit;
  });
  return running;
}

function prepare(folder: string, { updates, source, config, rules }: GroundOptions) {
  const configs = join(folder, 'configs');
  mkdirSync(join(configs, 'workers'), { recursive: true });
  writeFileSync(join(configs, 'cookie-monster.json'), JSON.stringify(config));
  const environment = {
    COOKIE_MONSTER_HOME: join(folder, 'home'),
    COOKIE_MONSTER_CONFIG: configs,
    COOKIE_MONSTER_RULES: rules,
    COOKIE_MONSTER_TEMPORAL_PORT: '0',
    COOKIE_MONSTER_TEMPORAL_UI_PORT: '0',
    COOKIE_MONSTER_JAR_PORT: '0',
  };
  const worker = source === 'folder' ? 'FolderRetrieval' : 'IrodsRetrieval';
  const writeWorker = (keys: object) =>
    writeFileSync(join(configs, 'workers', `${worker}.json`), JSON.stringify({ interval: NEVER, ...keys }));
  if (source === 'folder') {
    const data = join(folder, 'data');
    const identifiers = writeFiles(data, updates);
    writeWorker({ root: data });
    return { environment, worker, identifiers };
  }
  const zone = generateZone(folder, updates * 10);
  writeWorker({ zone: 'seq', since: zone.since });
  return { environment: { ...environment, BATON_BIN_DIR: installBaton(folder) }, worker, identifiers: [] };
}

function writeFiles(data: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => {
    const folder = join(data, String(Math.floor(index / FILES_PER_FOLDER)));
    if (index % FILES_PER_FOLDER === 0) mkdirSync(folder, { recursive: true });
    const path = join(folder, `file-${index}.txt`);
    writeFileSync(path, `a small file, number ${index}\n`.repeat(20));
    return path;
  });
}

export type Ground = Awaited<ReturnType<typeof layGround>>;
