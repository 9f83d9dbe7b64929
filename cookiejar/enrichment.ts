import type { JsonObject } from './json.ts';

/** One piece of information about a data object: where it came from, when it was true, and what it says. */
export interface Enrichment {
  /** Who brought it, e.g. `folder_update`. */
  readonly source: string;
  /** ISO-8601 instant in UTC with milliseconds, e.g. `2026-01-05T06:00:00.000Z`. */
  readonly timestamp: string;
  readonly metadata: JsonObject;
}
