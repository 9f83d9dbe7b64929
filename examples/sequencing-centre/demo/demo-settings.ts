import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadSettings } from '../../../configs/load-settings.ts';
import type { Settings } from '../../../configs/settings.ts';

/** The example's folder. */
const EXAMPLE = join(import.meta.dirname, '..');
/** The Schedule that retrieves. */
export const RETRIEVAL = 'IrodsRetrieval';
/** How far behind now it reads, in seconds. */
export const SETTLE_S = 2;

/** Where a demo lives. */
export interface DemoPlace {
  /** Data folder. */
  readonly home: string;
  /** Folder of baton's programs. */
  readonly bin: string;
  /** When the retrieval begins. */
  readonly since: Date;
}

/**
 * The example's own settings, but with a retrieval every few seconds, in a data folder of its own, on ports that are
 * free; what the environment names is left alone, but for where Temporal's program is.
 */
export function demoSettings({ home, bin, since }: DemoPlace): Settings {
  const configs = join(home, 'configs');
  cpSync(join(EXAMPLE, 'configs'), configs, { recursive: true });
  writeRetrieval(join(configs, 'workers', `${RETRIEVAL}.json`), since);
  const { searchPath, temporalCli } = loadSettings(undefined, EXAMPLE).embedded;
  const settings = loadSettings({
    COOKIE_MONSTER_HOME: home,
    COOKIE_MONSTER_CONFIG: configs,
    COOKIE_MONSTER_RULES: join(EXAMPLE, 'rules'),
    COOKIE_MONSTER_TEMPORAL_PORT: '0',
    COOKIE_MONSTER_TEMPORAL_UI_PORT: '0',
    COOKIE_MONSTER_JAR_PORT: '0',
    PORT: '0',
    BATON_BIN_DIR: bin,
    PATH: searchPath,
    TEMPORAL_CLI: temporalCli,
  });
  // Temporal's own config file may name a server.
  return { ...settings, temporal: { namespace: 'default', connection: {} } };
}

function writeRetrieval(file: string, since: Date): void {
  const shipped: object = JSON.parse(readFileSync(file, 'utf8'));
  const quick = { interval: 'every 2 s', settle: `${SETTLE_S} s`, since: since.toISOString() };
  writeFileSync(file, `${JSON.stringify({ ...shipped, ...quick }, null, 2)}\n`);
}
