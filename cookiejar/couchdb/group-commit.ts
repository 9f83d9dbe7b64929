import { JarClosedError, type StoreUnavailableError } from '../errors.ts';
import { conflictPause, outagePause } from './backoff.ts';
import { type Leftovers, runBatch } from './batch.ts';
import { type Entry, type UpdateEntry, idsOf } from './entry.ts';
import type { Patience } from './patience.ts';
import type { CouchStore } from './store.ts';

/** How calls gather. */
export interface GroupCommitOptions {
  /** How long the first one waits for others, in ms. */
  readonly batchMs: number;
  /** So many documents in one batch at most, unless one call alone needs more. */
  readonly maxDocuments: number;
}

/** Two: while the store works on one batch, this process prepares the next. */
const MAX_BATCHES_UNDER_WAY = 2;

/** From so many failures on, an entry shares requests with fewer and fewer others: one of them may be to blame. */
const FAILURES_BEFORE_SUSPICION = 3;

/**
 * Gathers the reads and updates of many callers into few requests. Whoever waits here is answered in the end: after
 * conflicts and outages the same changes are made again to what the store then has.
 */
export class GroupCommit {
  readonly #store: CouchStore;
  readonly #patience: Patience;
  readonly #options: GroupCommitOptions;
  #queue: Entry[] = [];
  /** Documents being updated: their next updates wait, lest this process be in conflict with itself. */
  readonly #busy = new Set<string>();
  readonly #pausing = new Set<Entry>();
  #batchesUnderWay = 0;
  #timer: NodeJS.Timeout | undefined;
  #outages = 0;
  #outagePause = false;
  /** When the pause of an outage ends: of several answers that say when to come again, the latest holds. */
  #pausedUntilMs = 0;
  #closed = false;

  constructor(store: CouchStore, patience: Patience, options: GroupCommitOptions) {
    this.#store = store;
    this.#patience = patience;
    this.#options = options;
  }

  /** @throws JarClosedError */
  add(entry: Entry): void {
    if (this.#closed) throw new JarClosedError();
    this.#queue.push(entry);
    this.#schedule();
  }

  /** Rejects whoever waits with {@link JarClosedError}. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    for (const entry of [...this.#queue, ...this.#pausing]) entry.reject(new JarClosedError());
    this.#queue = [];
    this.#pausing.clear();
  }

  #schedule(): void {
    if (this.#closed || this.#outagePause || this.#queue.length === 0) return;
    if (this.#batchesUnderWay >= MAX_BATCHES_UNDER_WAY) return;
    if (this.#queue.length >= this.#options.maxDocuments) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), this.#options.batchMs);
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const batch = this.#takeBatch();
    // All that wait need busy documents: the end of the batch under way brings them here again.
    if (batch.length === 0) return;
    void this.#run(batch);
    this.#schedule();
  }

  #takeBatch(): Entry[] {
    const batch: Entry[] = [];
    const rest: Entry[] = [];
    let documents = 0;
    let company = Infinity;
    for (const entry of this.#queue) {
      const fits = batch.length < Math.min(company, entry.company) && documents < this.#options.maxDocuments;
      if (fits && !this.#isBlocked(entry)) {
        batch.push(entry);
        documents += idsOf(entry).length;
        company = Math.min(company, entry.company);
      } else rest.push(entry);
    }
    this.#queue = rest;
    return batch;
  }

  #isBlocked(entry: Entry): boolean {
    return entry.kind === 'update' && this.#busy.has(entry.id);
  }

  async #run(batch: readonly Entry[]): Promise<void> {
    const updated = batch.filter((entry) => entry.kind === 'update').map(({ id }) => id);
    for (const id of updated) this.#busy.add(id);
    this.#batchesUnderWay++;
    try {
      this.#sortOut(batch, await runBatch(this.#store, batch));
    } catch (error) {
      for (const entry of batch) entry.reject(error);
    } finally {
      this.#batchesUnderWay--;
      for (const id of updated) this.#busy.delete(id);
      this.#schedule();
    }
  }

  #sortOut(batch: readonly Entry[], leftovers: Leftovers): void {
    const { postponed, conflicted, suspected, unanswered, outage } = leftovers;
    this.#takeBack([...postponed, ...suspected]);
    this.#takeBackConflicted(conflicted);
    if (outage) this.#waitOut(batch, unanswered, outage);
    else this.#answered();
  }

  #takeBackConflicted(conflicted: readonly UpdateEntry[]): void {
    let conflicts = 0;
    for (const entry of conflicted) conflicts = Math.max(conflicts, ++entry.conflicts);
    if (conflicted.length > 0) void this.#pause(conflicted, conflictPause(conflicts));
  }

  #waitOut(batch: readonly Entry[], unanswered: readonly Entry[], outage: StoreUnavailableError): void {
    let failures = 0;
    // A server that says when to come again says nothing of what was sent.
    const isSuspect = outage.retryAfterMs === undefined;
    for (const entry of unanswered) {
      failures = Math.max(failures, ++entry.failures);
      if (isSuspect && entry.failures >= FAILURES_BEFORE_SUSPICION) {
        entry.company = Math.max(1, Math.ceil(Math.min(entry.company, batch.length) / 2));
      }
    }
    // One that fails alone, again and again, must not hold up the others.
    if (isSuspect && batch.length === 1 && failures > FAILURES_BEFORE_SUSPICION) {
      void this.#pause(unanswered, outagePause(failures, outage.retryAfterMs));
      return;
    }
    this.#takeBack(unanswered);
    this.#patience.failed(outage);
    void this.#pauseAll(outage.retryAfterMs);
  }

  #answered(): void {
    this.#outages = 0;
    this.#patience.answered();
  }

  async #pauseAll(leastMs?: number): Promise<void> {
    if (!this.#outagePause) this.#outages++;
    const untilMs = performance.now() + outagePause(this.#outages, leastMs);
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, this.#outagePause && leastMs === undefined ? 0 : untilMs);
    if (this.#outagePause) return;
    this.#outagePause = true;
    let leftMs: number;
    while (!this.#closed && (leftMs = this.#pausedUntilMs - performance.now()) > 0)
      await this.#patience.sleep(leftMs).catch(() => undefined);
    this.#outagePause = false;
    this.#schedule();
  }

  async #pause(entries: readonly Entry[], ms: number): Promise<void> {
    for (const entry of entries) this.#pausing.add(entry);
    await this.#patience.sleep(ms).catch(() => undefined);
    for (const entry of entries) this.#pausing.delete(entry);
    this.#takeBack(entries);
    this.#schedule();
  }

  /** To the front: they have waited longest. */
  #takeBack(entries: readonly Entry[]): void {
    if (this.#closed) for (const entry of entries) entry.reject(new JarClosedError());
    else this.#queue = [...entries, ...this.#queue];
  }
}
