import type { OpenedCookie } from '../cookiejar/cookie-jar.ts';
import { CorruptDocumentError } from '../cookiejar/errors.ts';
import { UnavailableError } from './errors.ts';
import { WakeKind } from '../workflows/messages.ts';
import type { ApiDependencies } from './dependencies.ts';
import type { WakeDesk } from './wake-desk.ts';

const REASON = 'the cookie was deleted';

/**
 * Deletes a cookie and stops its workflow; false if the jar has none.
 *
 * The workflow is stopped first: were it to go on beside the deletion, it could judge a cookie that is no longer known
 * and enrich it into being again. A wake that slips in between starts it once more, so it is stopped once more; should
 * that wake have belonged to a cookie pushed anew after the deletion, that cookie gets another. A deletion that is held
 * up deletes the cookie that it was asked for, not one that was pushed anew after somebody else's deletion.
 * @param waitedFor aborted when nobody waits for the answer any more
 * @throws UnavailableError where that is so before anything was done
 */
export async function deleteCookie(
  dependencies: Pick<ApiDependencies, 'jar' | 'workflows' | 'deadLetters'>,
  desk: WakeDesk,
  identifier: string,
  waitedFor: AbortSignal,
): Promise<boolean> {
  const { jar, workflows } = dependencies;
  const meant = await openIfReadable(jar, identifier);
  if (meant?.known === false) return false;
  // Whoever gave up may have asked once more, been answered, and pushed the cookie anew.
  if (waitedFor.aborted) throw new UnavailableError('nothing was deleted: the jar answered too late; ask again');
  const ranBefore = await workflows.stopCookie(identifier, REASON);
  // Which job it was, only the cookie tells; so this comes first, for the case that this process dies in between.
  const opened = await openIfReadable(jar, identifier);
  await passOnDeliveries(dependencies, opened?.pin?.job);
  const deleted = await jar.delete(identifier, meant?.basis);
  const wasWokenMeanwhile = await workflows.stopCookie(identifier, REASON);
  // A judgement may have pinned it after it was opened here.
  const jobs = new Set([opened?.pin?.job, deleted?.pin?.job]);
  await Promise.all([...jobs].map(async (job) => passOnDeliveries(dependencies, job)));
  if ((ranBefore || wasWokenMeanwhile) && (await jar.fetch(identifier)) !== undefined)
    await desk.wake(identifier, WakeKind.Enriched);
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
