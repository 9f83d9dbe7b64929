import type { EmbeddedLogger } from './logger.ts';
import { endProcess, isAlive } from './process-identity.ts';
import { forgetProcess, readRecords } from './process-records.ts';
import { waitUntil } from './wait.ts';

/** A guard needs at most 5 s to end its server. */
const GUARDS_MS = 8_000;
const GRACE_MS = 3_000;
const LOOK_MS = 50;

/**
 * Sees the processes of a dead owner out: waits while guards are at it, then ends what is left, by id, and only where
 * id and start time agree with the record.
 */
export async function endOrphans(recordsFolder: string, logger: EmbeddedLogger): Promise<void> {
  // Read anew at each look: a guard that had only just been started may record its server meanwhile.
  const orphans = () => readRecords(recordsFolder).filter(({ identity }) => isAlive(identity));
  if (orphans().length > 0) {
    logger.warn({ pids: orphans().map(({ identity }) => identity.pid) }, 'waiting for servers of a dead owner to end');
    await waitUntil(() => orphans().every(({ role }) => role !== 'guard'), GUARDS_MS, LOOK_MS);
    await Promise.all(orphans().map(async ({ identity }) => endProcess(identity, GRACE_MS)));
  }
  for (const { file } of readRecords(recordsFolder)) forgetProcess(file);
}
