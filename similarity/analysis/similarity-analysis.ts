import type { JsonObject } from '../../cookiejar/json.ts';
import { PeriodicWorker } from '../../periodic/periodic-worker.ts';
import { type AnalysisOutcome, runAnalysis } from './analysis-run.ts';
import { type SimilarityConfig, similarityConfigSchema } from './similarity-config.ts';

/**
 * Finds cookies that are similar: by their ssdeep digests, by chosen metadata, or both. Keeps one relationship per pair in the jar, for the
 * best neighbours of each cookie, and the families that hang together by them; what no longer holds goes. Reads only what changed since
 * the last run.
 */
export class SimilarityAnalysis extends PeriodicWorker<SimilarityConfig> {
  static readonly schema = similarityConfigSchema;

  override async callback(): Promise<JsonObject> {
    const began = performance.now();
    const { overtaken, ...outcome } = await runAnalysis({
      jar: this.jar,
      documents: this.jar.documents,
      config: this.#ownConfig(),
      signal: this.signal,
      progress: (stage, done, of) => this.heartbeat({ stage, done, ...(of !== undefined && { of }) }),
    });
    const summary = { ...inOrder(outcome), took_ms: Math.round(performance.now() - began) };
    if (overtaken) this.logger.info(summary, 'another run of the analysis has begun meanwhile and does the rest');
    else this.logger.info(summary, summaryText(summary));
    return { ...summary, ...(overtaken && { overtaken }) };
  }

  /** Without the keys that all periodic workers have; with defaults. */
  #ownConfig(): SimilarityConfig {
    const known = Object.entries(this.config.worker).filter(([key]) =>
      Object.hasOwn(similarityConfigSchema.shape, key),
    );
    return similarityConfigSchema.parse(Object.fromEntries(known));
  }
}

type Summary = Omit<AnalysisOutcome, 'overtaken'>;

function inOrder({ cookies, changed, compared, added, changed_scores, removed, families, largest_family }: Summary) {
  return { cookies, changed, compared, added, changed_scores, removed, families, largest_family };
}

function summaryText({ cookies, changed, added, changed_scores, removed, families }: Summary): string {
  if (changed + added + changed_scores + removed === 0) return `nothing changed among ${cookies} cookies`;
  return (
    `${changed} of ${cookies} cookies changed: ${added} relationships added, ${changed_scores} changed, ${removed} removed; ` +
    `${families} families`
  );
}
