import { type Context, type Cookie, type JsonObject, defineLoader } from 'cookie-monster';
import { creationSeen, isListed, updateCount, valuesOf } from './irods-object.ts';

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
    if (!isUnavailable(error)) throw error;
    // That it is gone is knowledge too, and asking again would not help.
    return { missing: true, code: error.code, reason: error.message };
  }
}

/** Whether iRODS says that the object is not there or may not be read. */
function isUnavailable(error: unknown): error is Error & { readonly code: number } {
  if (!(error instanceof Error && 'code' in error)) return false;
  return error.name === 'IrodsPathUnavailableError' && typeof error.code === 'number';
}
