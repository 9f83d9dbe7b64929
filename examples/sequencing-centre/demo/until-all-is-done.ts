import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { retrieveNow, untilRetrieved, untilSettled } from '../../../cli/demo/until-processed.ts';
import type { Documents } from '../../../cookiejar/cookie-jar.ts';
import type { Ledger } from '../../../deliveries/ledger.ts';
import { RETRIEVAL, SETTLE_S } from './demo-settings.ts';

const LOOK_EVERY_MS = 500;

/** What the demo waits with. */
export interface Means {
  readonly client: Client;
  readonly documents: Documents;
  readonly ledger: Ledger;
}

/** Waits until all that has happened in the zone so far is retrieved, settled and delivered or given up. */
export async function untilAllIsDone({ client, documents, ledger }: Means): Promise<void> {
  // The catalogue's stamps are whole seconds, and a retrieval reads up to some seconds ago.
  const readable = new Date(Date.now() + (SETTLE_S + 1) * 1000);
  await sleep(readable.getTime() - Date.now());
  await retrieveNow(client, RETRIEVAL);
  await untilRetrieved(documents, readable, RETRIEVAL);
  do {
    await untilSettled(client);
  } while (await isDelivering(ledger));
}

async function isDelivering(ledger: Ledger): Promise<boolean> {
  for await (const { state } of ledger.all()) {
    if (state !== 'waiting') continue;
    await sleep(LOOK_EVERY_MS);
    return true;
  }
  return false;
}
