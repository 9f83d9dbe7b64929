import type { Logger } from 'pino';
import { type OpenJar, openJar } from '../cookiejar/open-jar.ts';
import type { Settings } from '../configs/settings.ts';
import type { Lifetime } from './lifetime.ts';
import type { Servers } from './stores.ts';

/** Opens the jar on the server that was provided, creating its database where needed. */
export async function openStore(
  { couchdb, worker, jar }: Settings,
  { couchdbUrl }: Servers,
  lifetime: Lifetime,
  log: Logger,
): Promise<OpenJar> {
  const { user, password, ca, database } = couchdb;
  const store = await openJar({
    url: couchdbUrl,
    database,
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
    ...(ca === undefined ? {} : { ca }),
    batchMs: worker.jarBatchMs,
    ...jar,
    logger: log.child({ part: 'jar' }),
  });
  lifetime.add('the jar', async () => store.close());
  return store;
}
