import { z } from 'zod';
import type { JsonObject, JsonValue } from '../../../cookiejar/json.ts';
import { COOKIE_PREFIX } from '../../../cookiejar/head.ts';
import { RetrievalWorker } from '../../retrieval-worker.ts';
import type { UpdateSource } from '../../update-source.ts';
import { IRODS_UPDATE, type IrodsRetrievalContext } from '../retrieval/irods-retrieval.ts';
import { putDocument } from '../retrieval/state-documents.ts';
import { BatonZone } from './baton-zone.ts';
import { type KnownObject, knownObject } from './known-object.ts';
import { LISTINGS_IN_FLIGHT } from './object-comparison.ts';
import { type SweepConfig, sweepConfigSchema } from './sweep-config.ts';
import { SweepSource } from './sweep-source.ts';
import type { SweptZone } from './swept-zone.ts';

const lastSweepSchema = z.object({ started_at: z.string() });
const resultSchema = z.object({
  source: z.record(z.string(), z.json()),
  count: z.number(),
  stored: z.number(),
  woken: z.number(),
});

type ClosableZone = SweptZone & { close(): Promise<void> };

/**
 * Walks collections and brings what no query shows: metadata that was removed or changed in place, objects that were
 * deleted or renamed. Its updates have the source and form of a retrieval's, and `swept`, when the sweep started.
 */
export class IrodsSweep extends RetrievalWorker<IrodsRetrievalContext> {
  protected override readonly enrichmentSource = IRODS_UPDATE;
  protected override readonly overlapMs = 0;
  readonly #config: SweepConfig;
  readonly #zone: ClosableZone;

  /** `zone` is asked instead of baton. */
  constructor(context: IrodsRetrievalContext, zone?: ClosableZone) {
    super(context);
    this.#config = sweepConfigSchema.strip().parse(this.config.worker);
    this.#zone = zone ?? this.#batonZone();
  }

  /** Sweeps, and keeps what it found as the last sweep's record. */
  override async callback(): Promise<JsonObject> {
    try {
      const { source, count, stored, woken } = resultSchema.parse(await super.callback());
      const result = { ...source, count, stored, woken };
      await putDocument(this.jar.documents, this.#recordId, { started_at: this.#startedAt.toISOString(), ...result });
      this.logger.info(result, 'swept');
      return result;
    } finally {
      await this.#zone.close();
    }
  }

  protected override async openSource(resumeFrom: JsonValue | undefined, report: () => void): Promise<UpdateSource> {
    const { jar, logger } = this;
    const record = (await jar.documents.read([this.#recordId])).get(this.#recordId);
    return new SweepSource({
      config: this.#config,
      worker: this.context.worker,
      zone: this.#zone,
      documents: jar.documents,
      readKnown: async (paths) => this.#readKnown(paths),
      identifiers: (prefix, after) => this.#identifiers(prefix, after),
      startedAt: this.#startedAt,
      lastSuccess: lastSweepSchema.safeParse(record).data?.started_at,
      resumeFrom,
      report,
      warn: (details, message) => logger.warn(details, message),
    });
  }

  get #recordId(): string {
    return `irods-sweep:${this.context.worker}`;
  }

  get #startedAt(): Date {
    return this.context.startedAt;
  }

  #batonZone(): BatonZone {
    const { batonBinDir, irodsPace } = this.context;
    const { timeout } = this.#config;
    return new BatonZone({
      binDir: batonBinDir,
      processes: LISTINGS_IN_FLIGHT,
      timeoutMs: timeout,
      pace: irodsPace,
      warn: (details, message) => this.logger.warn(details, message),
    });
  }

  async #readKnown(paths: readonly string[]): Promise<ReadonlyMap<string, KnownObject>> {
    const cookies = await this.jar.fetchAll(paths);
    return new Map(
      [...cookies].flatMap(([path, cookie]) => {
        const known = knownObject(cookie);
        return known === undefined ? [] : [[path, known] as const];
      }),
    );
  }

  async *#identifiers(prefix: string, after: string | undefined): AsyncGenerator<string> {
    const from = after === undefined ? undefined : COOKIE_PREFIX + after;
    for await (const id of this.jar.documents.listIds(COOKIE_PREFIX + prefix, from))
      yield id.slice(COOKIE_PREFIX.length);
  }
}
