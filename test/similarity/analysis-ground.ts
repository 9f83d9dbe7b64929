import { createWorkerJar, type WorkerJar } from '../../periodic/worker-jar.ts';
import { type OpenJar, openJar } from '../../cookiejar/open-jar.ts';
import type { Documents } from '../../cookiejar/cookie-jar.ts';
import type { Enrichment } from '../../cookiejar/enrichment.ts';
import type { JsonObject } from '../../cookiejar/json.ts';
import { type AnalysisOutcome, runAnalysis } from '../../similarity/analysis/analysis-run.ts';
import type { AnalysisLimits } from '../../similarity/analysis/limits.ts';
import { type SimilarityConfig, similarityConfigSchema } from '../../similarity/analysis/similarity-config.ts';
import { BiscuitTin } from '../../cookiejar/biscuit-tin.ts';
import type { TestJar } from '../support/jar.ts';
import { MemoryDocuments } from '../support/jar-memory.ts';

/** A database of a test's own with an analysis over it. */
export interface Ground extends Pick<OpenJar, 'jar' | 'documents' | 'close'> {
  readonly workerJar: WorkerJar;
  /** Stores what a cookie says from now on. */
  tell(identifier: string, facts: CookieFactsTold): Promise<void>;
  analyse(config?: ConfigInput, options?: RunOptions): Promise<AnalysisOutcome>;
  /** The relationships in the jar, by their two cookies. */
  pairs(): Promise<Map<string, StoredPair>>;
}

export interface CookieFactsTold {
  readonly ssdeep?: string | null;
  readonly media_type?: string;
  readonly tags?: readonly string[];
}

export interface StoredPair {
  readonly measurements: JsonObject;
  readonly ts: string;
}

interface RunOptions {
  readonly documents?: Documents;
  readonly limits?: Partial<AnalysisLimits>;
  readonly signal?: AbortSignal;
  readonly progress?: (stage: string, done: number, of?: number) => void;
}

export type ConfigInput = Parameters<typeof similarityConfigSchema.parse>[0];

/** Small documents, so that few cookies make many. */
const SMALL: AnalysisLimits = { partBytes: 1500, todoBytes: 600, roundCookies: 5 };

let instant = Date.parse('2026-01-05T06:00:00Z');

/** On the jar server. */
export async function openGround(server: TestJar): Promise<Ground> {
  return groundOver(await openJar({ url: server.url, database: server.newDatabase(), batchMs: 0 }));
}

/** In memory, for tests that need hundreds of jars. */
export function memoryGround(): Ground {
  const documents = new MemoryDocuments(7);
  return groundOver({ jar: new BiscuitTin(documents), documents, close: async () => Promise.resolve() });
}

function groundOver(opened: Pick<OpenJar, 'jar' | 'documents' | 'close'>): Ground {
  const { jar, documents, close } = opened;
  const workerJar = createWorkerJar({ jar, documents, wake: async () => Promise.resolve() });
  return {
    jar,
    documents,
    close,
    workerJar,
    tell: async (identifier, facts) => {
      await jar.enrich([{ identifier, enrichments: [told(facts)] }]);
    },
    analyse: async (config = {}, { documents: through = documents, limits, signal, progress } = {}) =>
      runAnalysis({
        jar: workerJar,
        documents: through,
        config: configOf(config),
        signal: signal ?? new AbortController().signal,
        limits: { ...SMALL, ...limits },
        ...(progress && { progress }),
      }),
    pairs: async () => pairsIn(documents),
  };
}

export function configOf(config: ConfigInput = {}): SimilarityConfig {
  return similarityConfigSchema.parse(config);
}

export function told({ ssdeep, media_type, tags }: CookieFactsTold): Enrichment {
  instant += 1000;
  const metadata = {
    ...(ssdeep !== undefined && { ssdeep }),
    ...(media_type !== undefined && { media_type }),
    ...(tags && { tags }),
  };
  return { source: 'digests', timestamp: new Date(instant).toISOString(), metadata };
}

async function pairsIn(documents: Documents): Promise<Map<string, StoredPair>> {
  const pairs = new Map<string, StoredPair>();
  for await (const { id, body } of documents.list('similar:')) {
    const { cookies, measurements, ts } = body as unknown as StoredPair & { cookies: string[] };
    const name = cookies.join(' ~ ');
    if (pairs.has(name)) throw new Error(`${id} is a second document for ${name}`);
    pairs.set(name, { measurements, ts });
  }
  return pairs;
}

export function scores(pairs: ReadonlyMap<string, StoredPair>): Record<string, JsonObject> {
  const sorted = [...pairs].toSorted(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(sorted.map(([name, { measurements }]) => [name, measurements]));
}
