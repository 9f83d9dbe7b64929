import { setTimeout as sleep } from 'node:timers/promises';
import type { DocumentFeed } from '../cookiejar/cookie-jar.ts';
import type { JsonObject } from '../cookiejar/json.ts';
import { PeriodicWorker, type PeriodicWorkerContext } from '../periodic/periodic-worker.ts';
import { Look } from './look.ts';
import { reconcilerConfigSchema } from './reconciler-config.ts';
import { ReconcilerBook } from './reconciler-state.ts';
import type { Watch } from './watch.ts';

/** So many of what is found are named in the log. */
const MAX_NAMED = 10;

/** While it waits, or the jar or Temporal is away, the run is alive. */
const BEAT_MS = 5000;

/** What the Reconciler needs beside what every periodic worker has. */
export interface ReconcilerContext extends PeriodicWorkerContext {
  readonly watches: readonly Watch[];
  /** The changes of all documents. */
  readonly feed: Pick<DocumentFeed, 'changes'>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Finds what a crash has left behind, cookies that are neither settled nor processed and deliveries that wait and are not
 * on their way, and has it taken up. Where nothing went wrong it finds nothing.
 */
export class Reconciler extends PeriodicWorker<JsonObject, ReconcilerContext> {
  /** Looks once. */
  override async callback(): Promise<JsonObject> {
    const beats = setInterval(() => this.heartbeat(), BEAT_MS);
    try {
      return await this.#look();
    } finally {
      clearInterval(beats);
    }
  }

  async #look(): Promise<JsonObject> {
    const { watches, feed, now } = this.context;
    const { grace } = reconcilerConfigSchema.strip().parse(this.config.worker);
    const { documents } = this.jar;
    const book = new ReconcilerBook(documents);
    const look = new Look(
      {
        watches,
        documents,
        feed,
        book,
        graceMs: grace,
        now,
        sleep: async (ms, signal) => sleep(ms, undefined, { signal }),
        signal: this.signal,
        beat: () => this.heartbeat(),
        onFound: (ids) => this.#say(ids),
      },
      await book.read(),
    );
    const { lastRun: _, foundInAll, ...counts } = await look.make();
    const result = { ...counts, found_in_all: foundInAll };
    this.logger.info(result, 'reconciled');
    return result;
  }

  #say(ids: readonly string[]): void {
    const named = ids.slice(0, MAX_NAMED);
    this.logger.warn({ lost: ids.length, such_as: named }, 'found what nobody is at, and has it taken up again');
  }
}
