import { loadSettings } from '../../configs/load-settings.ts';
import { startInstallation } from '../installation.ts';
import { runCommand } from '../run-command.ts';

/** `cookie-monster start`: everything in one process tree, until it is told to stop. */
export async function startCommand(): Promise<number> {
  return runCommand(async (lifetime, log) => {
    const { api, servers, failed } = await startInstallation(loadSettings(), lifetime, log);
    log.info(
      { api: api.url, temporal: servers.temporalAddress, ui: servers.temporalUiUrl, jar: servers.couchdbUrl },
      'ready',
    );
    return failed;
  });
}
