import { mkdirSync, writeFileSync } from 'node:fs';
import { isAbsolute, join, relative, sep } from 'node:path';
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
  const workers = join(home, 'configs', 'workers');
  mkdirSync(workers, { recursive: true });
  const exclude = [...LEFT_OUT, ...globsOf(configured.home, folder)];
  const retrieval = { root: folder, exclude, interval: 'every 10 min' };
  writeFileSync(join(workers, 'FolderRetrieval.json'), `${JSON.stringify(retrieval, null, 2)}\n`);
  return { ...configured, home, workerConfigFolder: workers };
}

/** The glob that leaves the installation's own data folder out, where it lies in the folder that is looked at. */
function globsOf(home: string, folder: string): string[] {
  const way = relative(folder, home);
  const outside = way === '' || way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way);
  return outside ? [] : [`/${way.replaceAll(sep, '/').replaceAll(/[\\*?[\]{}()!+@|]/g, '\\$&')}`];
}
