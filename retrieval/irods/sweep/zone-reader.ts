import type { Pace } from '../../../pacing/pace.ts';
import type { CollectionContents } from '../baton-list.ts';
import {
  BatonClosedError,
  BatonRefusalError,
  IrodsError,
  IrodsPathUnavailableError,
  IrodsSetupError,
  NoGoodReplicaError,
} from '../errors.ts';
import { type ObjectState, stateOf } from './object-state.ts';
import type { SweptZone } from './swept-zone.ts';

/** What came of asking about one path. */
export type Answer<T> =
  | { readonly kind: 'found'; readonly value: T }
  /** It is not there, or may not be read: iRODS does not say which. */
  | { readonly kind: 'missing'; readonly error: IrodsError }
  /** It may be there, but nothing can be said of it. */
  | { readonly kind: 'unreadable'; readonly error: IrodsError };

/** What a {@link ZoneReader} works with. */
export interface ZoneReaderOptions {
  readonly zone: SweptZone;
  readonly pace: Pace;
  readonly signal: AbortSignal;
  /** Listed to see whether a failure is one of the zone or of what was asked. */
  readonly probe: string;
}

/**
 * Asks a zone at a pace. What goes wrong with one path only is an answer; what goes wrong with the zone is thrown: it is
 * told by asking for something that was there before.
 */
export class ZoneReader {
  readonly #options: ZoneReaderOptions;

  constructor(options: ZoneReaderOptions) {
    this.#options = options;
  }

  /** @throws IrodsError, or the signal's reason */
  async contents(collection: string): Promise<Answer<CollectionContents>> {
    return this.#ask(async ({ zone, signal }) => zone.contents(collection, signal));
  }

  /** @throws IrodsError, or the signal's reason */
  async object(path: string): Promise<Answer<ObjectState>> {
    const answer = await this.#ask(async ({ zone, signal }) => zone.list(path, signal));
    if (answer.kind !== 'found') return answer;
    if (answer.value.data_object !== undefined) return { kind: 'found', value: stateOf(answer.value) };
    return { kind: 'missing', error: new IrodsPathUnavailableError(`${path}: is a collection now`) };
  }

  /**
   * Ids of objects by their names; undefined where the zone does not know how to tell them.
   * @throws IrodsError, or the signal's reason
   */
  async ids(collection: string): Promise<Answer<ReadonlyMap<string, string> | undefined>> {
    return this.#ask(async ({ zone, signal }) => zone.ids(collection, signal));
  }

  async #ask<T>(question: (options: ZoneReaderOptions) => Promise<T>): Promise<Answer<T>> {
    const { pace, signal } = this.#options;
    await pace.turn(signal);
    try {
      return { kind: 'found', value: await question(this.#options) };
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof IrodsError) || error instanceof IrodsSetupError || error instanceof BatonClosedError)
        throw error;
      if (error instanceof IrodsPathUnavailableError) return { kind: 'missing', error };
      if (!isAboutThePath(error)) await this.#checkZone(error);
      return { kind: 'unreadable', error };
    }
  }

  async #checkZone(failure: IrodsError): Promise<void> {
    const { zone, probe, pace, signal } = this.#options;
    await pace.turn(signal);
    try {
      await zone.list(probe, signal);
    } catch {
      signal.throwIfAborted();
      throw failure;
    }
  }
}

function isAboutThePath(error: IrodsError): boolean {
  return error instanceof NoGoodReplicaError || error instanceof BatonRefusalError;
}
