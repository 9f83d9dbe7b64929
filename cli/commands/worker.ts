import { loadSettings } from '../../configs/load-settings.ts';
import { startWorkerProcess } from '../../workers/worker-process.ts';
import { makeHome } from '../make-home.ts';
import { openStore } from '../open-store.ts';
import { runCommand } from '../run-command.ts';
import { connectNative, namedServers } from '../stores.ts';

/** `cookie-monster worker`: one worker process on the servers that the environment names. */
export async function workerCommand(): Promise<number> {
  return runCommand(async (lifetime, log) => {
    const settings = loadSettings();
    makeHome(settings.home);
    const servers = namedServers(settings);
    const { connection, client } = await connectNative(settings, servers, lifetime);
    const store = await openStore(settings, servers, lifetime, log);
    const worker = await startWorkerProcess({ settings, connection, client, store, log });
    lifetime.add('the worker', async () => worker.close());
    log.info({ temporal: servers.temporalAddress, namespace: settings.temporal.namespace }, 'worker ready');
    return worker.failed;
  });
}
