import { pino } from 'pino';
import { BiscuitTin } from '../../cookiejar/biscuit-tin.ts';
import type { CookieFeed, CookieJar, DocumentFeed, Documents } from '../../cookiejar/cookie-jar.ts';
import type { JsonObject, JsonValue } from '../../cookiejar/json.ts';
import { PeriodicWorker, type PeriodicWorkerContext } from '../../periodic/periodic-worker.ts';
import { readTriggers } from '../../periodic/triggers/report.ts';
import { createWorkerJar } from '../../periodic/worker-jar.ts';
import { instant } from '../support/jar-arbitraries.ts';
import { MemoryDocuments } from '../support/jar-memory.ts';

/** Thrown to a run whose process is to be dead. */
export class DeathError extends Error {
  override readonly name = 'DeathError';
}

/** A worker that is asked from outside. */
export class Asked extends PeriodicWorker {
  callback(): JsonValue | Promise<JsonValue> {
    return null;
  }
}

/** What was asked of the jar. */
export interface Uses {
  /** Cookies read. */
  cookies: number;
  /** Documents looked at by id, changed or not. */
  looked: number;
  /** Documents listed by a range of ids. */
  listed: number;
  /** Changes told. */
  changes: number;
}

/** How one run is to go. */
export interface RunOptions {
  readonly worker?: string;
  /** @default one that does nothing */
  readonly as?: new (context: PeriodicWorkerContext) => Asked;
  readonly lastProgress?: JsonValue;
  readonly signal?: AbortSignal;
  readonly beats?: (JsonValue | undefined)[];
  /** Its process dies at its so many-th update of a document, after or before that was stored. */
  readonly diesAt?: number;
  readonly diesAfterStoring?: boolean;
  /** Called before every update of a document. */
  readonly onUpdate?: (id: string) => Promise<void> | void;
  readonly log?: (line: JsonObject) => unknown;
}

/** A jar in memory, and runs of workers that ask triggers about it. */
export class TriggerWorld {
  readonly documents: MemoryDocuments;
  readonly jar: CookieJar;
  readonly uses: Uses = { cookies: 0, looked: 0, listed: 0, changes: 0 };

  constructor(changesPerPage?: number) {
    this.documents = new MemoryDocuments(changesPerPage);
    this.jar = new BiscuitTin(this.documents);
  }

  /** A run that was due so many seconds into the fixed day. */
  run(second: number, options: RunOptions = {}): Asked {
    const {
      worker = 'Mine',
      as: Class = Asked,
      signal = new AbortController().signal,
      beats = [],
      lastProgress,
      log,
    } = options;
    const documents = this.#watched(options);
    const write = (line: string): void => void log?.(JSON.parse(line) as JsonObject);
    return new Class({
      worker,
      config: { worker: { log_level: 'INFO', interval: 'hourly' } },
      logger: log ? pino({ level: 'info' }, { write }) : pino({ level: 'silent' }),
      jar: createWorkerJar({ jar: this.#watchedJar(), documents, wake: async () => {} }),
      signal,
      startedAt: new Date(instant(second)),
      heartbeat: (progress) => beats.push(progress),
      ...(lastProgress === undefined ? {} : { lastProgress }),
    });
  }

  /** A cookie is enriched. */
  async add(identifier: string, source: string, second: number, metadata: JsonObject = {}): Promise<void> {
    await this.jar.enrich([{ identifier, enrichments: [{ source, timestamp: instant(second), metadata }] }]);
  }

  /** What a trigger had when it was asked last; by the beginning of its text. */
  async have(trigger: string, worker = 'Mine'): Promise<number | undefined> {
    const report = await readTriggers(this.documents, worker);
    return report?.triggers.find((state) => state.trigger.startsWith(trigger))?.have;
  }

  /** What is used while something is done. */
  async usesOf(act: () => Promise<unknown>): Promise<Uses> {
    const before = { ...this.uses };
    await act();
    const { cookies, looked, listed, changes } = this.uses;
    return {
      cookies: cookies - before.cookies,
      looked: looked - before.looked,
      listed: listed - before.listed,
      changes: changes - before.changes,
    };
  }

  /** The ids of documents of a kind. */
  async ids(prefix: string): Promise<string[]> {
    const ids: string[] = [];
    for await (const id of this.documents.listIds(prefix)) ids.push(id);
    return ids;
  }

  #watchedJar(): Pick<CookieJar, 'fetch' | 'enrich'> & CookieFeed {
    const { jar, uses } = this;
    return {
      fetch: (identifier) => jar.fetch(identifier),
      enrich: (updates) => jar.enrich(updates),
      async *cookies(selection) {
        for await (const cookie of jar.cookies(selection)) {
          uses.cookies += 1;
          yield cookie;
        }
      },
      position: () => jar.position(),
      fetchAll: (identifiers) => {
        uses.cookies += identifiers.length;
        return jar.fetchAll(identifiers);
      },
      async *changes(since) {
        for await (const page of jar.changes(since)) {
          uses.changes += page.changes.length;
          yield page;
        }
      },
    };
  }

  #watched({ diesAt = Infinity, diesAfterStoring = false, onUpdate }: RunOptions): Documents & DocumentFeed {
    const { documents, uses } = this;
    let left = diesAt;
    return {
      read: (ids) => {
        uses.looked += ids.length;
        return documents.read(ids);
      },
      update: async (id, change) => {
        if (left <= 0) throw new DeathError('dead');
        await onUpdate?.(id);
        uses.looked += 1;
        left -= 1;
        if (left <= 0 && !diesAfterStoring) throw new DeathError('dead');
        const result = await documents.update(id, change);
        if (left <= 0) throw new DeathError('dead');
        return result;
      },
      list: (prefix, after) => documents.list(prefix, after),
      async *listIds(prefix, after) {
        for await (const id of documents.listIds(prefix, after)) {
          uses.listed += 1;
          yield id;
        }
      },
      changes: (since) => documents.changes(since),
      position: () => documents.position(),
    };
  }
}
