import type { Documents } from '../../../cookiejar/cookie-jar.ts';
import type { JsonObject, JsonValue } from '../../../cookiejar/json.ts';
import type { Update, UpdateSource } from '../../update-source.ts';
import { BatonTimeoutError, IrodsError } from '../errors.ts';
import type { IrodsConfig } from './irods-config.ts';
import { toUpdates } from './object-updates.ts';
import { wantedPaths } from './path-filter.ts';
import type { CatalogueQueries, PerQuery, Query } from './queries.ts';
import { type PlannedWindow, ReadingPlan } from './reading-plan.ts';
import { type CursorAdvance, RetrievalState } from './retrieval-state.ts';
import type { OutboxEntry } from './state-documents.ts';
import { WindowReader, type WindowRows } from './window-reader.ts';

/** What an {@link IrodsSource} works with. */
export interface IrodsSourceOptions {
  readonly config: IrodsConfig;
  /** Class name of the retriever. */
  readonly worker: string;
  /** The `source` of the enrichments. */
  readonly enrichmentSource: string;
  readonly catalogue: CatalogueQueries;
  readonly documents: Documents;
  /** Called now and then. */
  readonly report: () => void;
  /** Told of what people should know. */
  readonly warn: (details: JsonObject, message: string) => void;
  /** Milliseconds since 1970. @default Date.now */
  readonly now?: () => number;
  /** How many rows of one query are held at once. @default 20000 */
  readonly rowsAtOnce?: number;
}

/** Some 20 MB. */
const ROWS_AT_ONCE = 20_000;
/** Keys of rows seen before that are held at once: as much again. */
const SEEN_AT_ONCE = 200_000;
/** Windows become wider while they bring no more than this part of what may be held at once. */
const LITTLE = 1 / 4;
const DIVIDE_LARGE = 4;
/** Each step costs a whole time-out. */
const DIVIDE_SLOW = 16;
/** How often both queries are asked again where one of them failed, so that what they say of an object stays together. */
const REPEATS = 2;
/** A query says nothing for minutes before its first row. */
const REPORT_MS = 2000;

/** An entry of the outbox that was given out. */
interface GivenEntry {
  readonly entry: OutboxEntry;
  /** How many updates were given when its last one is. */
  given: number;
}

/**
 * What was modified in a zone since it was last asked, by two queries with a cursor each. A window of time is read
 * whole, its rows are noted as seen and the updates made of them as to be delivered, all in one step, before the first
 * update is given: so each row shows in one update only, however often it is read, and that update is given until it is
 * delivered.
 */
export class IrodsSource implements UpdateSource {
  readonly #options: IrodsSourceOptions;
  readonly #reader: WindowReader;
  readonly #now: () => number;
  readonly #pending: GivenEntry[] = [];
  readonly #counts = { windows: 0, divided: 0, unusable: 0 };
  #state: RetrievalState | undefined;
  #plan: ReadingPlan | undefined;
  #repeats = 0;
  #given = 0;
  #ended = false;

  constructor(options: IrodsSourceOptions) {
    const { catalogue, config, now = Date.now, rowsAtOnce = ROWS_AT_ONCE } = options;
    this.#options = options;
    this.#now = now;
    this.#reader = new WindowReader({ catalogue, wanted: wantedPaths(config), rowsAtOnce });
  }

  /**
   * `since` is of no account: the cursors know better. A query that fails does not end the updates of the other one;
   * {@link IrodsSource.delivered} throws what it failed with when all updates are delivered.
   */
  async *updatesSince(_since: string | undefined, signal: AbortSignal): AsyncGenerator<Update> {
    const { documents, worker, config } = this.#options;
    const id = `irods-retrieval:${worker}:${config.zone}`;
    const state = await this.#whileReporting(RetrievalState.claim(documents, id, this.#begin()));
    this.#state = state;
    for (const entry of state.outbox) yield* this.#give(state, entry);
    const plan = this.#newPlan(state);
    this.#plan = plan;
    for (let window = plan.next(); window !== undefined; window = plan.next()) {
      signal.throwIfAborted();
      const entry = await this.#whileReporting(this.#readWindow(plan, state, window, signal));
      // A first run reads hundreds of windows with nothing in them, each in less time than it takes to report.
      this.#options.report();
      if (entry !== undefined) yield* this.#give(state, entry);
    }
    this.#ended = true;
  }

  /** @throws what a query failed with, when everything that could be had is delivered */
  async delivered(count: number): Promise<void> {
    const open = this.#pending.findIndex(({ given }) => given > count);
    const done = this.#pending.splice(0, open === -1 ? this.#pending.length : open);
    if (done.length > 0) await this.#state?.delivered(done.map(({ entry }) => entry));
    if (this.#ended && this.#pending.length === 0 && this.#plan?.failure !== undefined) throw this.#plan.failure;
  }

  position(): JsonValue {
    return { ...this.#plan?.position };
  }

  progress(): JsonObject {
    return { ...this.#counts, ...this.#reader.counts };
  }

  async *#give(state: RetrievalState, entry: OutboxEntry): AsyncGenerator<Update> {
    // Beforehand: its last update may be delivered before this is asked for one more.
    const pending: GivenEntry = { entry, given: this.#given + entry.count };
    this.#pending.push(pending);
    for await (const update of state.updatesOf(entry)) {
      this.#given += 1;
      yield update;
    }
    pending.given = this.#given;
  }

  #begin(): number {
    const { since } = this.#options.config;
    // The lower bound is exclusive.
    return (since === undefined ? 0 : Math.floor(toSeconds(Date.parse(since)))) - 1;
  }

  #newPlan(state: RetrievalState): ReadingPlan {
    const { settle, window, zone } = this.#options.config;
    const upTo = Math.floor(toSeconds(this.#now() - settle));
    const ahead = Math.max(state.final.data, state.final.metadata) - upTo;
    if (ahead > 0) {
      const message = 'the clock was ahead when it was last retrieved: nothing is retrieved before that time has come';
      this.#options.warn({ zone, seconds: ahead }, message);
    }
    return new ReadingPlan({ from: state.final, upTo, widest: toSeconds(window) });
  }

  /** Reads a window and notes what it brought; if it is too much, the plan has narrower ones then. */
  async #readWindow(
    plan: ReadingPlan,
    state: RetrievalState,
    window: PlannedWindow,
    signal: AbortSignal,
  ): Promise<OutboxEntry | undefined> {
    if (this.#holdsTooManySeen(state, window) && this.#divided(plan.narrow(window, DIVIDE_LARGE))) return undefined;
    const final = this.#finalNow();
    const reads = await this.#askAll(state, window, signal);
    signal.throwIfAborted();
    if (reads.some(isTimeout) && this.#divided(plan.keepNarrow(window, DIVIDE_SLOW))) return undefined;
    if (reads.some(isCut) && this.#divided(plan.narrow(window, DIVIDE_LARGE))) return undefined;
    if (reads.some(isTransient) && reads.some(isRead) && this.#repeats++ < REPEATS) return undefined;
    this.#repeats = 0;
    this.#counts.windows += 1;
    for (const read of reads) {
      if (read.kind === 'failed') plan.fail(read.query, read.error);
      else if (read.complete) plan.read(read.query, window);
    }
    const came = reads.filter(isRead);
    const most = Math.max(0, ...came.map(({ rows }) => rows.length));
    plan.proceed({ broughtLittle: most <= (this.#options.rowsAtOnce ?? ROWS_AT_ONCE) * LITTLE });
    return came.length === 0 ? undefined : this.#note(state, came, Math.min(final, window.upTo));
  }

  async #note(state: RetrievalState, came: readonly QueryRead[], final: number): Promise<OutboxEntry | undefined> {
    const { updates, unusable } = toUpdates(
      came.flatMap(({ rows }) => rows),
      this.#options.enrichmentSource,
    );
    this.#counts.unusable += unusable.length;
    for (const { path, reason } of unusable) this.#options.warn({ path, reason }, 'the jar has no place for an object');
    const advances: Partial<Record<Query, CursorAdvance>> = {};
    for (const { query, fresh, complete } of came) {
      advances[query] = { fresh, final: complete ? final : Number.NEGATIVE_INFINITY };
    }
    return state.advance(advances satisfies Partial<PerQuery<CursorAdvance>>, updates);
  }

  async #askAll(state: RetrievalState, window: PlannedWindow, signal: AbortSignal): Promise<readonly Read[]> {
    return Promise.all(
      window.queries.map(async (query): Promise<Read> => {
        const seen = await state.seen(query, window);
        try {
          return { kind: 'read', query, ...(await this.#reader.read(query, window, seen, signal)) };
        } catch (error) {
          return { kind: 'failed', query, error };
        }
      }),
    );
  }

  /** The second up to which everything that will ever come has been committed, as far as the overlap goes. */
  #finalNow(): number {
    const { settle, overlap } = this.#options.config;
    return Math.floor(toSeconds(this.#now() - settle - overlap));
  }

  #holdsTooManySeen(state: RetrievalState, window: PlannedWindow): boolean {
    return window.queries.some((query) => state.seenAtMost(query, window) > SEEN_AT_ONCE);
  }

  #divided(isDivided: boolean): boolean {
    if (isDivided) this.#counts.divided += 1;
    return isDivided;
  }

  async #whileReporting<T>(work: Promise<T>): Promise<T> {
    const reports = setInterval(this.#options.report, REPORT_MS);
    try {
      return await work;
    } finally {
      clearInterval(reports);
    }
  }
}

interface QueryRead extends WindowRows {
  readonly kind: 'read';
  readonly query: Query;
}

type Read = QueryRead | { readonly kind: 'failed'; readonly query: Query; readonly error: unknown };

function isTimeout(read: Read): boolean {
  return read.kind === 'failed' && read.error instanceof BatonTimeoutError;
}

function isTransient(read: Read): boolean {
  return read.kind === 'failed' && read.error instanceof IrodsError && read.error.retryable;
}

function isRead(read: Read): read is QueryRead {
  return read.kind === 'read';
}

function isCut(read: Read): boolean {
  return read.kind === 'read' && !read.complete;
}

function toSeconds(ms: number): number {
  return ms / 1000;
}
