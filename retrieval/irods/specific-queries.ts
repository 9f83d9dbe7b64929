import { setMaxListeners } from 'node:events';
import type { Pace } from '../../pacing/pace.ts';
import { AnswerSplitter } from './answer-splitter.ts';
import { BatonProcess } from './baton-process.ts';
import { type DataRow, type MetadataRow, readDataRow, readMetadataRow } from './catalogue-rows.ts';
import { type Question, errorOfEnd } from './error-codes.ts';
import { BatonAnswerError, BatonClosedError } from './errors.ts';
import { throwFailure } from './list-answer.ts';
import { withRestarts } from './restarts.ts';
import { onOneLine } from './shipped-queries.ts';
import { type Patience, inTime, takeTurn } from './waiting.ts';

/** Where baton is and whom it asks. */
export interface SpecificQueriesOptions {
  /** Folder of baton's programs; without it they are looked for on the PATH. */
  readonly binDir?: string | undefined;
  /** Zone whose catalogue is asked; without it the user's home zone. */
  readonly zone?: string | undefined;
  /** Longest silence, in milliseconds. A query's rows come only when the last of them is known. @default 600000 */
  readonly timeoutMs?: number;
  /** Of all queries; other clients of iRODS may share it. */
  readonly pace?: Pace | undefined;
}

/** What was modified after one second and no later than another, both in epoch seconds. */
export interface TimeWindow {
  readonly after: number;
  readonly upTo: number;
}

/** What a query is asked with beside its bounds. */
export interface RowsOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told of rows that do not name their object or make no sense: names that are no text leave the catalogue so. */
  readonly onUnreadable?: (row: unknown) => void;
}

const TIMEOUT_MS = 600_000;

/** Asks the catalogue by specific queries: one process, which is one connection, for each. */
export class SpecificQueries {
  readonly #binDir: string | undefined;
  readonly #arguments: readonly string[];
  readonly #timeoutMs: number;
  readonly #pace: Pace | undefined;
  readonly #processes = new Set<BatonProcess>();
  readonly #closing = new AbortController();

  constructor({ binDir, zone, timeoutMs = TIMEOUT_MS, pace }: SpecificQueriesOptions) {
    this.#binDir = binDir;
    this.#arguments = ['--unbuffered', ...(zone === undefined ? [] : ['--zone', zone])];
    this.#timeoutMs = timeoutMs;
    this.#pace = pace;
    // As many wait for it as ask at once.
    setMaxListeners(0, this.#closing.signal);
  }

  /**
   * Replicas that were modified, in any order.
   * @throws IrodsError, or the signal's reason
   */
  dataModified(window: TimeWindow, options: RowsOptions = {}): AsyncGenerator<DataRow, void> {
    return this.#read('dataModifiedPartial', boundsOf(window), readDataRow, options);
  }

  /**
   * AVUs that were put on objects, in any order, each as often as its object has replicas.
   * @throws IrodsError, or the signal's reason
   */
  metadataModified(window: TimeWindow, options: RowsOptions = {}): AsyncGenerator<MetadataRow, void> {
    return this.#read('metadataModifiedPartial', boundsOf(window), readMetadataRow, options);
  }

  /**
   * The text that a query was installed with, on one line; undefined if its alias is unknown.
   * @throws IrodsError, or the signal's reason
   */
  async installedText(alias: string, options: RowsOptions = {}): Promise<string | undefined> {
    for await (const row of this.rows('findQueryByAlias', [alias], options)) {
      const isText = typeof row === 'object' && row !== null && 'sqlStr' in row && typeof row.sqlStr === 'string';
      if (isText) return onOneLine(String(row.sqlStr));
    }
    return undefined;
  }

  /**
   * The rows that a query gives, as they are read. Asked again when the connection fails before the first row; later,
   * whoever reads them decides.
   * @throws IrodsError, or the signal's reason
   */
  rows(alias: string, args: readonly string[], options: RowsOptions = {}): AsyncGenerator<unknown, void> {
    return this.#read(alias, args, (row) => row, options);
  }

  /** Ends what is under way and waits until all processes are gone. */
  async close(): Promise<void> {
    this.#closing.abort(new BatonClosedError('specific query'));
    await Promise.all([...this.#processes].map(async (process) => this.#end(process)));
  }

  /** Row by row in one generator: a second one around it would take as long as reading the row. */
  async *#read<R>(
    alias: string,
    args: readonly string[],
    read: (row: unknown) => R | undefined,
    { signal, onUnreadable }: RowsOptions,
  ): AsyncGenerator<R, void> {
    const patience: Patience = { about: alias, signals: [signal, this.#closing.signal] };
    const begun = await withRestarts(async () => this.#begin(alias, args, patience), patience);
    try {
      for (let batch: readonly unknown[] | undefined = begun.batch; batch !== undefined; batch = await begun.next()) {
        for (const row of batch) {
          const known = read(row);
          if (known === undefined) onUnreadable?.(row);
          else yield known;
        }
      }
    } finally {
      await begun.end();
    }
  }

  /** Asks a query up to its first rows. */
  async #begin(alias: string, args: readonly string[], patience: Patience): Promise<Begun> {
    for (const signal of patience.signals) signal?.throwIfAborted();
    await takeTurn(this.#pace, patience);
    const process = new BatonProcess(this.#binDir, 'baton-specificquery', this.#arguments);
    this.#processes.add(process);
    process.write(`${JSON.stringify({ specific: { sql: alias, args } })}\n`);
    process.endInput();
    const batches = this.#batches(process, { kind: 'query', about: alias }, patience);
    const next = async (): Promise<readonly unknown[] | undefined> => (await batches.next()).value ?? undefined;
    const end = async (): Promise<void> => this.#end(process);
    try {
      return { batch: (await next()) ?? [], next, end };
    } catch (error) {
      await end();
      throw error;
    }
  }

  async *#batches(
    process: BatonProcess,
    question: Question,
    patience: Patience,
  ): AsyncGenerator<readonly unknown[], undefined> {
    const chunks: AsyncIterator<Buffer, undefined> = process.stdout[Symbol.asyncIterator]();
    const splitter = new AnswerSplitter();
    for (;;) {
      const { value } = await inTime(chunks.next(), { ...patience, timeoutMs: this.#timeoutMs });
      if (value === undefined) break;
      const { elements, object } = splitter.push(value);
      if (object !== undefined) throwFailure(object, question);
      if (object !== undefined)
        throw new BatonAnswerError(`${question.about}: found an object; allowed: an array of rows`);
      if (elements.length > 0) yield elements;
    }
    if (splitter.complete) return undefined;
    // What it complained of may still be on its way.
    const ending = await inTime(process.ended, { ...patience, timeoutMs: this.#timeoutMs });
    throw errorOfEnd(process.complaint, ending, question.about);
  }

  async #end(process: BatonProcess): Promise<void> {
    process.kill();
    await process.ended.catch(() => {});
    this.#processes.delete(process);
  }
}

/** A query whose first rows have come, or all there were of none. */
interface Begun {
  readonly batch: readonly unknown[];
  readonly next: () => Promise<readonly unknown[] | undefined>;
  readonly end: () => Promise<void>;
}

/** Arguments are texts: baton leaves out a number and all that comes after it. */
function boundsOf({ after, upTo }: TimeWindow): readonly string[] {
  return [String(after), String(upTo)];
}
