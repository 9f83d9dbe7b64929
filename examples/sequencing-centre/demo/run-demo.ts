import { join } from 'node:path';
import { ChangingLine } from '../../../cli/demo/changing-line.ts';
import { type Installation, startInstallation } from '../../../cli/installation.ts';
import type { Lifetime } from '../../../cli/lifetime.ts';
import { createLogger } from '../../../cli/log.ts';
import { runCommand } from '../../../cli/run-command.ts';
import { Ledger } from '../../../deliveries/ledger.ts';
import type { Catalogue } from '../../../test/support/irods/catalogue.ts';
import { irodsWorld } from '../../../test/support/irods/irods-world.ts';
import { demoSettings } from './demo-settings.ts';
import { planZone } from './plan-zone.ts';
import { layZone, playZone } from './play-zone.ts';
import { summaryLines } from './summary.ts';
import { type Stage, takeStock } from './take-stock.ts';
import { untilAllIsDone } from './until-all-is-done.ts';
import { isAsExpected } from './verdict.ts';

/** What a demo is told. */
export interface DemoOptions {
  readonly objects: number;
  /** From the first event in the zone to the last. */
  readonly seconds: number;
  readonly seed: number;
  /** Whether it ends after the summary. */
  readonly once: boolean;
  /** Data folder; empty. */
  readonly home: string;
}

/**
 * Runs the whole system on a zone of its own, until everything that happens there has come through; then a summary.
 * @returns false if what came of it is not what had to come
 */
export async function runDemo(options: DemoOptions): Promise<boolean> {
  const { home, objects, seconds, seed, once } = options;
  const logFile = join(home, 'logs', 'cookie-monster.log');
  let good = true;
  say(`${objects} objects of a sequencing centre in ${seconds} s (seed ${seed}; log: ${logFile})`);
  await runCommand(async (lifetime, log) => {
    const begun = Date.now();
    const world = irodsWorld('empty');
    lifetime.add('the zone', () => world.close());
    const stage = setStage(world.catalogue, options);
    const settings = demoSettings({ home, bin: world.bin, since: stage.since });
    const installation = await startInstallation(settings, lifetime, log);
    await Promise.race([perform(stage, installation, options, lifetime), installation.failed]);
    const stock = await takeStock(stage, installation.store, home);
    good = isAsExpected(stock.verdict);
    say(`\nDone in ${((Date.now() - begun) / 1000).toFixed(0)} s\n`);
    for (const line of summaryLines(stock)) say(line);
    if (once) return undefined;
    for (const line of addressLines(installation, home)) say(line);
    say('\nServing on; press Ctrl-C to stop.');
    return installation.failed;
  }, createLogger(logFile));
  return good;
}

function setStage(catalogue: Catalogue, options: DemoOptions): Stage {
  const plan = planZone(options);
  layZone(catalogue, plan);
  return { catalogue, plan, since: new Date() };
}

async function perform(
  { catalogue, plan }: Stage,
  { client, store, worker }: Installation,
  { objects, seconds }: DemoOptions,
  lifetime: Lifetime,
): Promise<void> {
  const stop = new AbortController();
  lifetime.add('what happens in the zone', () => stop.abort());
  let there = 0;
  const line = new ChangingLine(() => {
    const { settled, delivered } = worker.tally;
    return `objects in the zone ${there} of ${objects}   jobs settled ${settled}   notifications delivered ${delivered}`;
  });
  try {
    const onArrival = (count: number): void => {
      there = count;
    };
    await playZone(catalogue, plan, { seconds, signal: stop.signal, onArrival });
    await untilAllIsDone({ client, documents: store.documents, ledger: new Ledger(store.documents) });
  } finally {
    line.end();
  }
}

function addressLines({ api, servers }: Installation, home: string): string[] {
  return [
    '',
    `API           ${api.url}   (try: curl -H 'Accept: application/json' ${api.url}/queue/status)`,
    ...(servers.temporalUiUrl === undefined ? [] : [`Temporal UI   ${servers.temporalUiUrl}`]),
    `Cookie jar    ${servers.couchdbUrl}`,
    `Data folder   ${home}`,
  ];
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
