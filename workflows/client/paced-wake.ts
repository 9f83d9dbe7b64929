import type { Client } from '@temporalio/client';
import { createLoadReader } from './cookie-load.ts';
import { Governor } from './governor.ts';
import { StartLine } from './start-line.ts';
import type { WakeCookie } from './wake.ts';

/** More starts of workflows in flight make each of them slower, and leave eager ones no slot. */
const STARTS_IN_FLIGHT = 20;

/**
 * Wakes as `wake` does, but with a bounded number of starts in flight, and those that come in bulk no faster than
 * cookies are done with, after all others. One for a whole process.
 * @param cookiesPerWorker - cookies under way, per worker process of the installation, from which on bulk waits
 */
export function createPacedWake(client: Client, wake: WakeCookie, cookiesPerWorker: number): WakeCookie {
  return pacedBy(new Governor({ read: createLoadReader(client, cookiesPerWorker) }), wake);
}

/** @internal */
export function pacedBy(governor: Pick<Governor, 'admit' | 'note'>, wake: WakeCookie): WakeCookie {
  const line = new StartLine(STARTS_IN_FLIGHT);
  return async (identifier, kind, options = {}) => {
    const { inBulk = false, signal } = options;
    if (inBulk) await governor.admit(signal);
    else governor.note();
    await line.run(inBulk, async () => wake(identifier, kind, options));
  };
}
