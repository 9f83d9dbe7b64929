import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadSettings } from '../../configs/load-settings.ts';
import type { Settings } from '../../configs/settings.ts';

/** What the demo leaves out of a folder: what programs put there, not people. */
const LEFT_OUT = ['node_modules', '.git'];

/**
 * The configured settings, but with a data folder of their own and with a retrieval of one folder, so that trying
 * things out does not touch an installation.
 * @param folder absolute path of the folder whose files are processed
 */
export function demoSettings(folder: string): Settings {
  const configured = loadSettings();
  const home = join(configured.home, 'demo');
  const configFolder = join(home, 'configs');
  const workers = join(configFolder, 'workers');
  mkdirSync(workers, { recursive: true });
  cpSync(join(configured.configFolder, 'cookie-monster.json'), join(configFolder, 'cookie-monster.json'), {
    force: true,
  });
  const retrieval = { root: folder, exclude: LEFT_OUT, interval: 'every 10 min' };
  writeFileSync(join(workers, 'FolderRetrieval.json'), `${JSON.stringify(retrieval, null, 2)}\n`);
  return { ...configured, home, configFolder, workerConfigFolder: workers };
}
