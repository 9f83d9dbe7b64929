import type { CollectionContents } from '../baton-list.ts';
import type { Listing } from '../listing.ts';

/** What a sweep asks a zone. */
export interface SweptZone {
  /**
   * What lies in a collection, not deeper.
   * @throws IrodsError, or the signal's reason
   */
  contents(collection: string, signal: AbortSignal): Promise<CollectionContents>;
  /**
   * AVUs and replicas of a data object, or a collection as just itself.
   * @throws IrodsError, or the signal's reason
   */
  list(path: string, signal: AbortSignal): Promise<Listing>;
  /**
   * The ids of the objects in a collection by their names, of those too that may not be read. Undefined where the
   * zone's administrator has not installed the query.
   * @throws IrodsError, or the signal's reason
   */
  ids(collection: string, signal: AbortSignal): Promise<ReadonlyMap<string, string> | undefined>;
}
