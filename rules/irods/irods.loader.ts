import { type Context, type Cookie, type JsonObject, defineLoader } from 'cookie-monster';

/** Brings everything that iRODS knows of a data object, anew after each change that its retrieval heard of. */
export default defineLoader({
  id: 'irods',
  priority: 10,
  canEnrich: (cookie, context) => {
    const changes = changeCount(cookie);
    return context.irods !== undefined && changes > 0 && changes !== listedAfter(cookie);
  },
  load: async (cookie, context) => ({
    source: 'irods',
    // Repeated in it, so that a listing that is the same as before counts as one after this change too.
    metadata: { ...(await listing(cookie.path, context)), after_updates: changeCount(cookie) },
  }),
});

/** How often the object was heard of. Time stamps would not tell: two changes may share one, or come late. */
function changeCount(cookie: Cookie): number {
  return cookie.enrichments.fromSource('irods_update').length;
}

function listedAfter(cookie: Cookie): unknown {
  return cookie.enrichments.mostRecent('irods')?.metadata['after_updates'];
}

async function listing(path: string, { irods, signal }: Context): Promise<JsonObject> {
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
