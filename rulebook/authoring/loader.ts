import type { Cookie } from '../../cookiejar/cookie.ts';
import type { JsonObject } from '../../cookiejar/json.ts';
import type { Awaitable } from './awaitable.ts';
import type { Context } from './context.ts';
import { FUNCTION, ID, PRIORITY, brand, checkDefinition } from './definition.ts';

/** An enrichment as a loader brings it. */
export interface LoadedEnrichment {
  /** Who brought it, e.g. `media_type`. */
  readonly source: string;
  readonly metadata: JsonObject;
  /** ISO-8601 instant with a zone. @default the time of the loading */
  readonly timestamp?: string;
}

/** A source of knowledge that is asked when no rule has stopped the processing of a cookie. */
export interface Loader {
  /** Unique among the loaders of the rulebook. */
  readonly id: string;
  /** Lower is asked first; ties by file path, then id. @default Priority.MIN */
  readonly priority?: number;
  /** Whether it has something new for this cookie: any truthy answer says yes. */
  readonly canEnrich: (cookie: Cookie, context: Context) => Awaitable<boolean>;
  /** Brings one enrichment. */
  readonly load: (cookie: Cookie, context: Context) => Awaitable<LoadedEnrichment>;
}

/**
 * Makes an enrichment loader; export it from a file of the rules folder.
 * @throws InvalidDefinitionError naming what is wrong and what is allowed
 */
export function defineLoader(loader: Loader): Loader {
  checkDefinition('loader', loader, { id: ID, priority: PRIORITY, canEnrich: FUNCTION, load: FUNCTION });
  return brand('loader', loader);
}
