import type { Logger } from 'pino';
import { whenAnalysed } from '../../api/similar/when-analysed.ts';

import type { Settings } from '../../configs/settings.ts';
import { SimilarReader } from '../../similarity/analysis/similar-reader.ts';
import type { Lifetime } from '../lifetime.ts';
import { openStore } from '../open-store.ts';
import type { AskSimilar } from './answer.ts';

const NEVER = new Promise<never>(() => {});
/** As the API has it. */
const LIMIT = 20;

/**
 * Asks the jar that the environment names.
 * @throws Error where it names none
 */
export async function openSimilar(settings: Settings, lifetime: Lifetime, log: Logger): Promise<AskSimilar> {
  const { host, port } = settings.api;
  const { url } = settings.couchdb;
  if (url === undefined) {
    throw new Error(
      `no Cookie Monster answers on port ${port} of ${host}: start it, or set HOST and PORT to where it runs, or COUCHDB_URL to its jar`,
    );
  }
  const servers = { temporalAddress: '', couchdbUrl: url, failed: NEVER };
  const { jar, documents } = await openStore(settings, servers, lifetime, log);
  const reader = new SimilarReader(documents);
  return async (identifier, { threshold = 0, limit = LIMIT }) => {
    const found = await reader.similarTo(identifier, { threshold, limit });
    return found === undefined ? { unknown: await whenAnalysed({ jar }, identifier) } : { identifier, ...found };
  };
}
