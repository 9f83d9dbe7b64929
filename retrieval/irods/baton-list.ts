import { setMaxListeners } from 'node:events';
import type { Pace } from '../../pacing/pace.ts';
import { INVALID_ARGUMENT, baseCode } from './error-codes.ts';
import {
  BatonAnswerError,
  BatonClosedError,
  BatonRefusalError,
  IrodsPathUnavailableError,
  NoGoodReplicaError,
} from './errors.ts';
import { type BatonTarget, checkPath, pathOf, targetOf } from './irods-path.ts';
import { readAnswer } from './list-answer.ts';
import { ListSession } from './list-session.ts';
import { type Listing, contentsSchema, listingSchema } from './listing.ts';
import { withRestarts } from './restarts.ts';
import { Slots } from './slots.ts';
import { type Patience, inTime, takeTurn } from './waiting.ts';

/** Where baton is and how much is asked of it. */
export interface BatonListOptions {
  /** Folder of baton's programs; without it they are looked for on the PATH. */
  readonly binDir?: string | undefined;
  /** How many processes, which is connections to iRODS, at most. @default 8 */
  readonly processes?: number;
  /** Longest wait for one answer, in milliseconds. @default 60000 */
  readonly timeoutMs?: number;
  /** Of all requests; other clients of iRODS may share it. */
  readonly pace?: Pace | undefined;
}

/** What lies in a collection, as absolute paths. */
export interface CollectionContents {
  readonly collections: readonly string[];
  readonly objects: readonly string[];
}

/** What a listing is to hold. */
type Parameters = Readonly<Record<string, boolean>>;

interface AskOptions {
  readonly signal?: AbortSignal | undefined;
}

const PROCESSES = 8;
const TIMEOUT_MS = 60_000;
const EVERYTHING: Parameters = { acl: true, avu: true, checksum: true, replicate: true, size: true, timestamp: true };
const AVUS_AND_REPLICAS: Parameters = { avu: true, replicate: true };

/** Lists data objects and collections, through a bounded pool of long-lived baton-do processes. */
export class BatonList {
  readonly #binDir: string | undefined;
  readonly #timeoutMs: number;
  readonly #slots: Slots;
  readonly #pace: Pace | undefined;
  readonly #idle: ListSession[] = [];
  readonly #sessions = new Set<ListSession>();
  readonly #closing = new AbortController();

  constructor({ binDir, processes = PROCESSES, timeoutMs = TIMEOUT_MS, pace }: BatonListOptions) {
    this.#binDir = binDir;
    this.#timeoutMs = timeoutMs;
    // As many wait for it as ask at once.
    setMaxListeners(0, this.#closing.signal);
    this.#slots = new Slots(processes);
    this.#pace = pace;
  }

  /**
   * Everything that iRODS knows of a data object or collection.
   * @throws IrodsError, or the signal's reason
   */
  async list(path: string, { signal }: AskOptions = {}): Promise<Listing> {
    return this.#listDespiteWriting(checkPath(path), EVERYTHING, signal);
  }

  /**
   * Only what is compared of very many data objects, their AVUs and replicas: a fraction of the queries of a full listing.
   * @throws IrodsError, or the signal's reason
   */
  async listBriefly(path: string, { signal }: AskOptions = {}): Promise<Listing> {
    return this.#listDespiteWriting(checkPath(path), AVUS_AND_REPLICAS, signal);
  }

  /**
   * What lies in a collection, not deeper.
   * @throws IrodsError, or the signal's reason
   */
  async contents(path: string, { signal }: AskOptions = {}): Promise<CollectionContents> {
    const collection = checkPath(path);
    const { contents } = await this.#ask(question({ collection }, { contents: true }), collection, signal, (line) =>
      checkSubject(readAnswer(line, contentsSchema, collection), collection),
    );
    const [objects, collections] = [true, false].map((isObject) =>
      contents.filter((entry) => (entry.data_object !== undefined) === isObject).map(pathOf),
    );
    return { objects: objects ?? [], collections: collections ?? [] };
  }

  /** Ends what is under way and waits until all processes are gone. */
  async close(): Promise<void> {
    this.#closing.abort(new BatonClosedError('listing'));
    await Promise.all([...this.#sessions].map(async (session) => session.end()));
  }

  async #listDespiteWriting(path: string, decorations: Parameters, signal: AbortSignal | undefined): Promise<Listing> {
    try {
      return await this.#list(path, decorations, signal);
    } catch (error) {
      if (!isReplicaInFlight(error)) throw error;
      return this.#list(path, { ...decorations, replicate: false }, signal);
    }
  }

  async #list(path: string, decorations: Parameters, signal: AbortSignal | undefined): Promise<Listing> {
    return this.#ask(question(targetOf(path), decorations), path, signal, (line) =>
      checkSubject(readAnswer(line, listingSchema, path), path),
    );
  }

  async #ask<T>(text: string, about: string, signal: AbortSignal | undefined, read: (line: string) => T): Promise<T> {
    const patience: Patience = { about, signals: [signal, this.#closing.signal] };
    for (const present of patience.signals) present?.throwIfAborted();
    return this.#slots.use(patience, async () =>
      withRestarts(async () => this.#askSession(text, patience, read), patience),
    );
  }

  /** A session that did not give an orderly answer is ended before its slot counts as free. */
  async #askSession<T>(text: string, patience: Patience, read: (line: string) => T): Promise<T> {
    await takeTurn(this.#pace, patience);
    const session = this.#session();
    try {
      const line = await inTime(session.ask(text, patience.about), { ...patience, timeoutMs: this.#timeoutMs });
      const result = read(line);
      this.#idle.push(session);
      return result;
    } catch (error) {
      if (isAboutTheQuestion(error) && session.usable) this.#idle.push(session);
      else await this.#discard(session);
      throw error;
    }
  }

  #session(): ListSession {
    this.#closing.signal.throwIfAborted();
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
      if (idle.usable) return idle;
      void this.#discard(idle);
    }
    const session = new ListSession(this.#binDir);
    this.#sessions.add(session);
    return session;
  }

  async #discard(session: ListSession): Promise<void> {
    await session.kill();
    this.#sessions.delete(session);
  }
}

/** A replica in another state than good or stale makes baton fail the whole listing where replicas are wanted. */
function isReplicaInFlight(error: unknown): boolean {
  return error instanceof BatonRefusalError && error.code !== undefined && baseCode(error.code) === INVALID_ARGUMENT;
}

/** Nothing speaks against the process's connection; a code that nothing is known about may. */
function isAboutTheQuestion(error: unknown): boolean {
  return (
    error instanceof IrodsPathUnavailableError ||
    error instanceof NoGoodReplicaError ||
    error instanceof BatonRefusalError
  );
}

function question(target: BatonTarget, parameters: Parameters): string {
  return JSON.stringify({ operation: 'list', arguments: parameters, target });
}

/** Answers have no ids: one about something else is another question's. */
function checkSubject<T extends BatonTarget>(answer: T, path: string): T {
  if (pathOf(answer) === path) return answer;
  throw new BatonAnswerError(`${path}: found an answer about ${pathOf(answer)}`);
}
