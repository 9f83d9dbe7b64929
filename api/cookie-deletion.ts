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
  { jar, workflows }: Pick<ApiDependencies, 'jar' | 'workflows'>,
  desk: WakeDesk,
  identifier: string,
): Promise<boolean> {
  if ((await jar.fetch(identifier)) === undefined) return false;
  await workflows.stopCookie(identifier, REASON);
  const deleted = await jar.delete(identifier);
  const wasWokenMeanwhile = await workflows.stopCookie(identifier, REASON);
  if (wasWokenMeanwhile && (await jar.fetch(identifier)) !== undefined) await desk.wake(identifier, WakeKind.Enriched);
  return deleted;
}
