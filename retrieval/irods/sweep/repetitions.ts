import type { Update } from '../../update-source.ts';
import type { KnownObject } from './known-object.ts';

/**
 * What was said since the last sweep that came to its end is said again, word for word: it may be stored without the
 * cookie having been woken.
 */
export class Repetitions {
  readonly #since: string;

  /** `lastSuccess` is when the last sweep that came to its end started. */
  constructor(lastSuccess: string | undefined) {
    this.#since = lastSuccess ?? '';
  }

  /** Whether the last word about an object is to be repeated. */
  isDue({ lastSaid }: KnownObject): boolean {
    return lastSaid.some(({ metadata: { swept } }) => typeof swept === 'string' && swept > this.#since);
  }

  /** The last words about an object. */
  of({ path, lastSaid }: KnownObject): Update[] {
    return lastSaid.map(({ timestamp, metadata }) => ({ target: path, timestamp, metadata }));
  }
}
