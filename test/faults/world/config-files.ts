import type { Plan } from '../plan/plan.ts';

/** How far back the zone is read at first. */
const SINCE_MS = 3_600_000;

/** The config folder of a run, by file name. */
export function configFiles(
  { attempts, zone }: Plan,
  { outside, folder }: { readonly outside: string; readonly folder: string },
): Readonly<Record<string, string>> {
  const files = {
    'cookie-monster.json': {
      context: { outside },
      worker: { threads: 2 },
      rules: { ruleTimeout: '60 s', loaderTimeout: '60 s', loaderAttempts: 5 },
      deliveries: { timeout: '3 s', attempts, backoff: '100 ms', maximumInterval: '1 s' },
    },
    'workers/FolderRetrieval.json': { root: folder, interval: 'every 3 s', exclude: ['*.tmp'] },
    // It is asked when everything is quiet: then there is nothing to be patient with.
    'workers/Reconciler.json': { grace: '0 s', interval: 'hourly' },
    ...(zone.length === 0
      ? {}
      : {
          'workers/IrodsRetrieval.json': {
            zone: 'seq',
            interval: 'every 5 s',
            settle: '1 s',
            since: new Date(Date.now() - SINCE_MS).toISOString(),
          },
        }),
  };
  return Object.fromEntries(Object.entries(files).map(([name, content]) => [name, JSON.stringify(content)]));
}
