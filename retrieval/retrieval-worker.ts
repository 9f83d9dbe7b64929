import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { JsonObject, JsonValue } from '../cookiejar/json.ts';
import { PeriodicWorker, type PeriodicWorkerContext } from '../periodic/periodic-worker.ts';
import { newestSeen, recordRetrieval } from './retrieval-log.ts';
import type { Update, UpdateSource } from './update-source.ts';

/** How far a retrieval has come: its heartbeats' progress, and in the end its result. */
export interface RetrievalProgress {
  /** Updates stored, their cookies woken. */
  readonly count: number;
  /** Enrichments that were new. */
  readonly stored: number;
  /** Cookies woken. */
  readonly woken: number;
  /** Time stamp of the newest update. */
  readonly most_recent: string | null;
  /** The source's own counts. */
  readonly source: JsonObject;
}

const BATCH_SIZE = 200;
/** A slow source's updates are not held back until a batch is full. */
const BATCH_MS = 1000;
/** While the jar or Temporal is away, the run waits and is alive. */
const BEAT_MS = 5000;
/** How long a run that must stop takes to say so in the log. */
const STOP_MS = 2000;
/** Reports of the source come more often than anybody reads them. */
const REPORT_MS = 500;
/** What came in late, or within the second of the newest row, is asked for again. */
const OVERLAP_MS = 60_000;

const resumeSchema = z.object({
  position: z.json(),
  progress: z.object({
    count: z.number(),
    stored: z.number(),
    woken: z.number(),
    most_recent: z.string().nullable(),
  }),
});

interface Run {
  readonly startedAt: Date;
  /** Newest update that earlier retrievals saw. */
  readonly before: string | null;
  readonly since: string | null;
}

/**
 * Base of workers that bring updates from outside: each update becomes an enrichment, and its cookie is woken after
 * that was stored. A run that is repeated gives what it had not been seen to finish once more.
 */
export abstract class RetrievalWorker<C extends PeriodicWorkerContext = PeriodicWorkerContext> extends PeriodicWorker<
  JsonObject,
  C
> {
  /** The `source` of the enrichments. */
  protected abstract readonly enrichmentSource: string;
  /** How far before the newest update seen the next retrieval begins. */
  protected readonly overlapMs: number = OVERLAP_MS;
  #source: UpdateSource | undefined;
  #done = { count: 0, stored: 0, woken: 0, most_recent: null as string | null };

  /**
   * Opens the source. `resumeFrom` is a position that an earlier source gave in a run that did not end; `report` is to
   * be called now and then while no update comes, for else the run is taken for stuck.
   */
  protected abstract openSource(
    resumeFrom: JsonValue | undefined,
    report: () => void,
  ): UpdateSource | Promise<UpdateSource>;

  /** Retrieves, and keeps a record of it. */
  override async callback(): Promise<JsonObject> {
    const startedAt = new Date();
    const before = await newestSeen(this.jar.documents, this.context.worker);
    const since = before === null ? null : new Date(Date.parse(before) - this.overlapMs).toISOString();
    const run: Run = { startedAt, before, since };
    try {
      await this.#retrieve(since ?? undefined);
      await this.#record(run, null);
      return this.#progress();
    } catch (error) {
      await this.#recordFailure(run, error);
      throw error;
    }
  }

  async #retrieve(since: string | undefined): Promise<void> {
    const resumed = resumeSchema.safeParse(this.lastProgress);
    if (resumed.success) this.#done = resumed.data.progress;
    const before = this.#done.count;
    const source = await this.openSource(
      resumed.data?.position,
      seldom(REPORT_MS, () => this.#beat()),
    );
    this.#source = source;
    for await (const batch of inBatches(source.updatesSince(since, this.signal))) {
      this.signal.throwIfAborted();
      await this.#whileBeating(() => this.#deliver(batch));
      await source.delivered?.(this.#done.count - before);
      this.#beat();
    }
    this.signal.throwIfAborted();
    await source.delivered?.(this.#done.count - before);
  }

  async #deliver(batch: readonly Update[]): Promise<void> {
    const {
      stored,
      woken,
      refused = [],
    } = await this.jar.enrichAll(
      batch.map(({ target, timestamp, metadata }) => ({
        identifier: target,
        enrichments: [{ source: this.enrichmentSource, timestamp, metadata }],
      })),
    );
    for (const { identifier, error } of refused) {
      this.logger.error({ cookie: identifier, err: error }, 'an update cannot be stored, and is left out');
    }
    this.#done = {
      count: this.#done.count + batch.length,
      stored: this.#done.stored + stored,
      woken: this.#done.woken + woken,
      most_recent: latest([this.#done.most_recent, ...batch.map(({ timestamp }) => timestamp)]),
    };
  }

  async #whileBeating(work: () => Promise<void>): Promise<void> {
    const beats = setInterval(() => this.heartbeat(), BEAT_MS);
    try {
      await work();
    } finally {
      clearInterval(beats);
    }
  }

  #beat(): void {
    const position = this.#source?.position?.();
    const progress = this.#progress();
    this.heartbeat({ ...(position === undefined ? {} : { position }), progress });
  }

  #progress(): RetrievalProgress & JsonObject {
    return { ...this.#done, source: this.#source?.progress?.() ?? {} };
  }

  /** Never in the way of the failure itself, nor, while the jar is away, of a run that must stop. */
  async #recordFailure(run: Run, error: unknown): Promise<void> {
    const failure = error instanceof Error ? error.message : String(error);
    const recorded = this.#record(run, failure).catch((cause: unknown) => {
      this.logger.warn({ err: cause }, 'a failed retrieval is not in the log');
    });
    await (this.signal.aborted ? Promise.race([recorded, sleep(STOP_MS, undefined, { ref: false })]) : recorded);
  }

  async #record({ startedAt, before, since }: Run, failure: string | null): Promise<void> {
    const { most_recent: mostRecent, ...counts } = this.#done;
    const startedAtText = startedAt.toISOString();
    await recordRetrieval(this.jar.documents, {
      worker: this.context.worker,
      since,
      started_at: startedAtText,
      duration_ms: Date.now() - startedAt.getTime(),
      ...counts,
      // A run that brings nothing must not move the next one back by another overlap.
      most_recent: notAfter(startedAtText, latest([before, mostRecent])),
      failure,
    });
  }
}

async function* inBatches(updates: AsyncIterable<Update>): AsyncIterable<readonly Update[]> {
  let batch: Update[] = [];
  let begun = Date.now();
  for await (const update of updates) {
    if (batch.length === 0) begun = Date.now();
    batch.push(update);
    if (batch.length < BATCH_SIZE && Date.now() - begun < BATCH_MS) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

function latest(instants: readonly (string | null)[]): string | null {
  return instants.reduce((late, next) => {
    if (late === null || next === null) return late ?? next;
    return Date.parse(next) > Date.parse(late) ? next : late;
  }, null);
}

/** Something stamped in the future must not hide what comes before it. */
function notAfter(limit: string, instant: string | null): string | null {
  return instant !== null && Date.parse(instant) > Date.parse(limit) ? limit : instant;
}

function seldom(pauseMs: number, act: () => void): () => void {
  let last = 0;
  return () => {
    if (Date.now() - last < pauseMs) return;
    last = Date.now();
    act();
  };
}
