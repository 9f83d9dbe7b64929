import type { JsonObject, JsonValue } from '../../../cookiejar/json.ts';
import type { Pace } from '../../../pacing/pace.ts';
import type { PeriodicWorkerContext } from '../../../periodic/periodic-worker.ts';
import { RetrievalWorker } from '../../retrieval-worker.ts';
import type { UpdateSource } from '../../update-source.ts';
import { SpecificQueries } from '../specific-queries.ts';
import { type IrodsConfig, irodsConfigSchema } from './irods-config.ts';
import { IrodsSource } from './irods-source.ts';

/** What an iRODS retrieval is given beside what every periodic worker is. */
export interface IrodsRetrievalContext extends PeriodicWorkerContext {
  /** Folder of baton's programs; without it they are looked for on the PATH. */
  readonly batonBinDir?: string;
  /** Of everything that this process asks iRODS. */
  readonly irodsPace?: Pace;
}

/** The `source` of what iRODS retrievals know of an object. */
export const IRODS_UPDATE = 'irods_update';

/** Makes cookies of the data objects of a zone: those with new or changed replicas, and those with new metadata. */
export class IrodsRetrieval extends RetrievalWorker<IrodsRetrievalContext> {
  protected override readonly enrichmentSource = IRODS_UPDATE;
  protected override readonly overlapMs: number;
  readonly #config: IrodsConfig;
  readonly #queries: SpecificQueries;

  constructor(context: IrodsRetrievalContext) {
    super(context);
    this.#config = irodsConfigSchema.strip().parse(this.config.worker);
    const { overlap, zone, timeout } = this.#config;
    this.overlapMs = overlap;
    this.#queries = new SpecificQueries({
      binDir: context.batonBinDir,
      zone,
      timeoutMs: timeout,
      pace: context.irodsPace,
    });
  }

  override async callback(): Promise<JsonObject> {
    try {
      return await super.callback();
    } finally {
      await this.#queries.close();
    }
  }

  protected override openSource(_resumeFrom: JsonValue | undefined, report: () => void): UpdateSource {
    const { logger, jar } = this;
    return new IrodsSource({
      config: this.#config,
      worker: this.context.worker,
      enrichmentSource: this.enrichmentSource,
      catalogue: this.#queries,
      documents: jar.documents,
      report,
      warn: (details, message) => logger.warn(details, message),
    });
  }
}
