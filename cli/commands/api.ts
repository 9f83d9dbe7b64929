import { loadSettings } from '../../configs/load-settings.ts';
import { createPacedWake } from '../../workflows/client/paced-wake.ts';
import { createRemoteWake } from '../../workflows/client/wake.ts';
import { openStore } from '../open-store.ts';
import { runCommand } from '../run-command.ts';
import { serveApi } from '../serve-api.ts';
import { connectClient, namedServers } from '../stores.ts';

/** `cookie-monster api`: the HTTP API on the servers that the environment names. */
export async function apiCommand(): Promise<number> {
  return runCommand(async (lifetime, log) => {
    const settings = loadSettings();
    const servers = namedServers(settings);
    const client = await connectClient(settings, servers, lifetime);
    const store = await openStore(settings, servers, lifetime, log);
    const wake = createPacedWake(client, createRemoteWake(client), settings.worker.cookies);
    await serveApi({ settings, client, store, wake, log }, lifetime);
    return servers.failed;
  });
}
