import { type Context, type Cookie, type JsonObject, defineLoader } from 'cookie-monster';
import { creationSeen, isListed, updateCount, valuesOf } from './irods-object.ts';

/** What baton and iRODS say of what is not there or may not be read, without the digits that may hold an errno. */
const UNAVAILABLE = new Set([-310_000, -317_000, -818_000, -830_000]);
/** Baton's word for what vanished while it was listed. */
const VANISHED = 1;
const ERRNO_RANGE = 1000;

/**
 * Asks iRODS for everything about an object, where that can make a difference: when manual QC is done, or when the
 * object was there before it was heard of, so that nobody knows what it has.
 */
export default defineLoader({
  id: 'irods-listing',
  priority: 10,
  canEnrich: (cookie, { irods }) =>
    irods !== undefined &&
    updateCount(cookie) > 0 &&
    !isListed(cookie) &&
    (valuesOf(cookie, 'manual_qc').length > 0 || !creationSeen(cookie)),
  load: async (cookie, context) => ({
    source: 'irods',
    metadata: { ...(await listing(cookie, context)), after_updates: updateCount(cookie) },
  }),
});

async function listing({ path }: Cookie, { irods, signal }: Context): Promise<JsonObject> {
  if (irods === undefined) throw new Error('iRODS is not connected any more');
  try {
    return await irods.list(path, { signal });
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined || !isUnavailable(code)) throw error;
    // That it is gone is knowledge too, and asking again would not help.
    return { missing: true, code, reason: error instanceof Error ? error.message : String(error) };
  }
}

function codeOf(error: unknown): number | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'number' ? error.code : undefined;
}

function isUnavailable(code: number): boolean {
  return code === VANISHED || UNAVAILABLE.has(Math.trunc(code / ERRNO_RANGE) * ERRNO_RANGE);
}
