import type { OpenedCookie } from '../cookiejar/cookie-jar.ts';
import { CorruptDocumentError } from '../cookiejar/errors.ts';
import { WakeKind } from '../workflows/messages.ts';
import type { ApiDependencies } from './dependencies.ts';
import type { WakeDesk } from './wake-desk.ts';

const REASON = 'the cookie was deleted';

/**
 * Deletes a cookie and stops its workflow; false if the jar has none.
 *
 * The workflow is stopped first: were it to go on beside the deletion, it could judge a cookie that is no longer known
 * and enrich it into being again. A wake that slips in between starts it once more, so it is stopped once more; should
 * that wake have belonged to a cookie pushed anew after the deletion, that cookie gets another.
 */
export async function deleteCookie(
  dependencies: Pick<ApiDependencies, 'jar' | 'workflows' | 'deadLetters'>,
  desk: WakeDesk,
  identifier: string,
): Promise<boolean> {
  const { jar, workflows } = dependencies;
  if ((await openIfReadable(jar, identifier))?.known === false) return false;
  await workflows.stopCookie(identifier, REASON);
  // Which job it was, only the cookie tells; so this comes first, for the case that this process dies in between.
  const opened = await openIfReadable(jar, identifier);
  await passOnDeliveries(dependencies, opened?.pin?.job);
  const deleted = await jar.delete(identifier);
  const wasWokenMeanwhile = await workflows.stopCookie(identifier, REASON);
  // A judgement may have pinned it after it was opened here.
  const jobs = new Set([opened?.pin?.job, deleted?.pin?.job]);
  await Promise.all([...jobs].map(async (job) => passOnDeliveries(dependencies, job)));
  if (wasWokenMeanwhile && (await jar.fetch(identifier)) !== undefined) await desk.wake(identifier, WakeKind.Enriched);
  return deleted !== undefined;
}

/** @returns undefined where the cookie's documents are damaged, which must not keep it from being deleted */
async function openIfReadable(
  jar: Pick<ApiDependencies['jar'], 'open'>,
  identifier: string,
): Promise<OpenedCookie | undefined> {
  try {
    const [opened] = await jar.open([identifier]);
    return opened;
  } catch (error) {
    if (error instanceof CorruptDocumentError) return undefined;
    throw error;
  }
}

/** What rules had notified in a job that was stopped is delivered all the same; what is gathered for a digest goes with it. */
async function passOnDeliveries(
  { deadLetters, workflows }: Pick<ApiDependencies, 'workflows' | 'deadLetters'>,
  job: string | undefined,
): Promise<void> {
  if (job === undefined) return;
  const waiting = await deadLetters.getAll(await deadLetters.waitingOf(job));
  const left = waiting.filter(({ held }) => held === undefined);
  await Promise.all(left.map(async ({ id, burials }) => workflows.restartDelivery(id, burials)));
}
