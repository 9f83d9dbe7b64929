import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Logger } from 'pino';
import { Ledger } from '../../deliveries/ledger.ts';
import { demoSettings } from '../demo/demo-settings.ts';
import { ProgressLine } from '../demo/follow-progress.ts';
import { summarise, summaryLines } from '../demo/summary.ts';
import { retrieveNow, untilRetrieved, untilSettled } from '../demo/until-processed.ts';
import { type Installation, startInstallation } from '../installation.ts';
import type { Lifetime } from '../lifetime.ts';
import { createLogger } from '../log.ts';
import { makeHome } from '../make-home.ts';
import { runCommand } from '../run-command.ts';

/** Options of `cookie-monster demo`. */
export interface DemoOptions {
  readonly folder: string;
  readonly once: boolean;
}

/** `cookie-monster demo`: processes the files of a folder, and tells what came of it. */
export async function demoCommand(options: DemoOptions): Promise<number> {
  const folder = resolve(options.folder);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new Error(`--folder ${options.folder}: there is no such folder`);
  }
  const settings = demoSettings(folder);
  makeHome(settings.home);
  const logFile = join(settings.home, 'logs', 'cookie-monster.log');
  console.log(`Cookie Monster looks at ${folder} (log: ${logFile})`);
  return runCommand(async (lifetime, log) => {
    const begun = new Date();
    const installation = await processFolder(settings, lifetime, log, begun);
    console.log(`\nDone in ${((Date.now() - begun.getTime()) / 1_000).toFixed(1)} s\n`);
    const { jar, documents } = installation.store;
    for (const line of summaryLines(await summarise(jar, new Ledger(documents)))) console.log(line);
    showAddresses(installation, settings.home);
    if (options.once) return undefined;
    console.log('\nServing on; change a rule, add files, or press Ctrl-C to stop.');
    return installation.failed;
  }, createLogger(logFile));
}

async function processFolder(
  settings: ReturnType<typeof demoSettings>,
  lifetime: Lifetime,
  log: Logger,
  begun: Date,
): Promise<Installation> {
  let installation: Installation | undefined;
  const progress = new ProgressLine(() => installation?.worker.tally ?? { settled: 0, delivered: 0 });
  try {
    installation = await startInstallation(settings, lifetime, log, (_, reported) => progress.retrieved(reported));
    const { client, store, failed } = installation;
    const processed = async () => {
      await retrieveNow(client);
      await untilRetrieved(store.documents, begun);
      await untilSettled(client);
    };
    await Promise.race([processed(), failed]);
    return installation;
  } finally {
    progress.end();
  }
}

function showAddresses({ api, servers }: Installation, home: string): void {
  console.log('');
  console.log(`API           ${api.url}   (try: curl -H 'Accept: application/json' ${api.url}/queue/status)`);
  if (servers.temporalUiUrl !== undefined) console.log(`Temporal UI   ${servers.temporalUiUrl}`);
  console.log(`Cookie jar    ${servers.couchdbUrl}`);
  console.log(`Data folder   ${home}`);
}
