import type { JsonObject, JsonValue } from '../cookiejar/json.ts';

/** What a source says about one data object. */
export interface Update {
  /** Identifier of the cookie. */
  readonly target: string;
  /** ISO-8601 instant with a zone, the same whenever the same update is given again. */
  readonly timestamp: string;
  readonly metadata: JsonObject;
}

/** Where updates come from. One object serves one retrieval. */
export interface UpdateSource {
  /**
   * Streams the updates made at or after `since`, or all of them, in memory that does not grow with their number.
   * What was given before may come again.
   */
  updatesSince(since: string | undefined, signal: AbortSignal): AsyncIterable<Update>;
  /**
   * Told between two updates that the first `count` of those given are stored and their cookies woken, so that the
   * source may note them as done.
   */
  delivered?(count: number): Promise<void>;
  /** From where a retrieval that is repeated after a crash may go on, by what was delivered. */
  position?(): JsonValue | undefined;
  /** Counts for people. */
  progress?(): JsonObject;
}
