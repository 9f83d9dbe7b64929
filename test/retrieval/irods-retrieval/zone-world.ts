import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { BiscuitTin } from '../../../cookiejar/biscuit-tin.ts';
import type { DocumentFeed, Documents } from '../../../cookiejar/cookie-jar.ts';
import type { JsonObject, JsonValue } from '../../../cookiejar/json.ts';
import { createWorkerJar } from '../../../periodic/worker-jar.ts';
import { irodsConfigSchema } from '../../../retrieval/irods/retrieval/irods-config.ts';
import { IrodsSource } from '../../../retrieval/irods/retrieval/irods-source.ts';
import { RetrievalWorker } from '../../../retrieval/retrieval-worker.ts';
import type { UpdateSource } from '../../../retrieval/update-source.ts';
import { Catalogue } from '../../support/irods/catalogue.ts';
import { MemoryDocuments } from '../../support/jar-memory.ts';
import { DirectQueries } from './direct-queries.ts';

/** How one run is to go. */
export interface RunOptions {
  readonly config?: JsonObject;
  /** Without a `since`. */
  readonly fromTheBeginning?: boolean;
  readonly rowsAtOnce?: number;
  /** The run's process dies at its so many-th change of the jar, before or after that was stored. */
  readonly diesAt?: number;
  readonly diesAfterStoring?: boolean;
  readonly lastProgress?: JsonValue | undefined;
}

/** Thrown to a run whose process is to be dead. */
export class DeathError extends Error {
  override readonly name = 'DeathError';
}

/** A zone, a clock that stands still, a jar in memory, and the retrievals between them. */
export class ZoneWorld {
  readonly catalogue: Catalogue;
  readonly queries: DirectQueries;
  readonly documents = new MemoryDocuments();
  readonly jar = new BiscuitTin(this.documents);
  /** In the order of waking. */
  readonly woken: string[] = [];
  readonly warnings: string[] = [];
  lastBeat: JsonValue | undefined;
  /** Epoch seconds. */
  now = 1_600_000_000;
  readonly #folder: string;

  constructor() {
    this.#folder = mkdtempSync(join(tmpdir(), 'zone-'));
    this.catalogue = Catalogue.create(this.#folder);
    this.catalogue.clock = () => this.now;
    this.queries = new DirectQueries(this.#folder);
  }

  async run(options: RunOptions = {}): Promise<JsonObject> {
    const { documents, woken, queries, warnings } = this;
    const mortal = mortalDocuments(documents, options);
    const since = options.fromTheBeginning === true ? {} : { since: '2020-09-13T00:00:00Z' };
    const context = {
      worker: 'IrodsRetrieval',
      config: { worker: { zone: 'seq', ...since, ...options.config } },
      logger: pino({ level: 'silent' }),
      jar: createWorkerJar({
        jar: new BiscuitTin(mortal),
        documents: mortal,
        wake: async (identifier) => {
          woken.push(identifier);
        },
      }),
      signal: new AbortController().signal,
      startedAt: new Date(this.now * 1000),
      heartbeat: (progress: JsonValue | undefined) => {
        this.lastBeat = progress;
      },
      ...(options.lastProgress === undefined ? {} : { lastProgress: options.lastProgress }),
    };
    const open = (worker: string, config: JsonObject, report: () => void): UpdateSource =>
      new IrodsSource({
        config: irodsConfigSchema.parse(config),
        worker,
        enrichmentSource: 'irods_update',
        catalogue: queries,
        documents: mortal,
        report,
        warn: (_details, message) => warnings.push(message),
        now: () => this.now * 1000,
        ...(options.rowsAtOnce === undefined ? {} : { rowsAtOnce: options.rowsAtOnce }),
      });
    class Retrieval extends RetrievalWorker {
      protected override readonly enrichmentSource = 'irods_update';
      protected override openSource(_from: JsonValue | undefined, report: () => void): UpdateSource {
        return open(this.context.worker, this.config.worker, report);
      }
    }
    return new Retrieval(context).callback();
  }

  /** Metadata of what is known of an object, in time order. */
  async updates(path: string): Promise<readonly JsonObject[]> {
    const cookie = await this.jar.fetch(path);
    return cookie?.enrichments.fromSource('irods_update').map(({ metadata }) => metadata) ?? [];
  }

  /** How often each AVU (`attribute=value`) and each state of a replica (`number:checksum`) shows in an object's updates. */
  async showings(path: string): Promise<ReadonlyMap<string, number>> {
    const shown = new Map<string, number>();
    const show = (text: string): Map<string, number> => shown.set(text, (shown.get(text) ?? 0) + 1);
    for (const { modified_metadata: avus, modified_replicas: replicas } of (await this.updates(path)) as Shown[]) {
      for (const [name, values] of Object.entries(avus)) for (const value of values) show(`${name}=${value}`);
      for (const { number, checksum } of replicas) show(`${number}:${checksum}`);
    }
    return shown;
  }

  /** Ids of the documents that retrievals keep beside the log. */
  async stateDocuments(): Promise<string[]> {
    const ids: string[] = [];
    for await (const id of this.documents.listIds('irods-retrieval:')) ids.push(id);
    return ids;
  }

  close(): void {
    this.queries.close();
    this.catalogue.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

interface Shown extends JsonObject {
  readonly modified_metadata: Readonly<Record<string, readonly string[]>>;
  readonly modified_replicas: readonly { readonly number: number; readonly checksum: string | null }[];
}

function mortalDocuments(
  documents: Documents & DocumentFeed,
  { diesAt, diesAfterStoring = false }: RunOptions,
): Documents & DocumentFeed {
  if (diesAt === undefined) return documents;
  let left = diesAt;
  const live = (): void => {
    if (left <= 0) throw new DeathError('dead');
  };
  return {
    read: async (ids) => {
      live();
      return documents.read(ids);
    },
    update: async (id, change) => {
      live();
      left -= 1;
      if (left <= 0 && !diesAfterStoring) live();
      const result = await documents.update(id, change);
      live();
      return result;
    },
    list: (prefix, after) => documents.list(prefix, after),
    listIds: (prefix, after) => documents.listIds(prefix, after),
    changes: (since) => documents.changes(since),
    position: () => documents.position(),
  };
}
