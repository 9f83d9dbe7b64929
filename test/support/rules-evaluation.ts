import type { Documents } from '../../cookiejar/cookie-jar.ts';
import { Cookie } from '../../cookiejar/cookie.ts';
import type { Enrichment } from '../../cookiejar/enrichment.ts';
import { type EvaluatorOptions, createEvaluator } from '../../rulebook/create-evaluator.ts';
import type { Evaluator, Judgement, JudgementRequest } from '../../rulebook/evaluator.ts';
import { surveyFolder } from '../../rulebook/keeping/survey-folder.ts';
import { RulebookStore } from '../../rulebook/versions/rulebook-store.ts';
import { MemoryDocuments } from './jar-memory.ts';
import { type LogLine, type RulesFolder, logBook, rulesFolder } from './rules-folder.ts';

export const AT = '2026-01-05T06:00:00.000Z';

/** A cookie with enrichments named by their source, a second apart. */
export function cookieWith(
  identifier: string,
  metadata: Readonly<Record<string, Enrichment['metadata']>> = {},
): Cookie {
  const start = Date.parse('2026-01-01T00:00:00Z');
  return new Cookie(
    identifier,
    Object.entries(metadata).map(([source, value], index) => ({
      source,
      timestamp: new Date(start + index * 1000).toISOString(),
      metadata: value,
    })),
  );
}

/** An evaluator over the rules of a temporary folder. */
export interface Evaluation extends AsyncDisposable {
  readonly folder: RulesFolder;
  readonly evaluator: Evaluator;
  readonly store: RulebookStore;
  readonly documents: MemoryDocuments;
  readonly log: readonly LogLine[];
  /** Content hash of the version that was published last. */
  readonly hash: string;
  /** Puts the folder in force as it is now. */
  publish(): Promise<string>;
  judge(cookie?: Cookie, more?: Partial<JudgementRequest>): Promise<Judgement>;
}

export async function evaluation(
  files: Readonly<Record<string, string>>,
  options: Partial<EvaluatorOptions> = {},
): Promise<Evaluation> {
  const folder = await rulesFolder(files);
  const { rules, cache, home } = folder;
  const documents = new MemoryDocuments();
  const store = new RulebookStore(documents);
  const logger = logBook();
  const evaluator = createEvaluator({
    store,
    rulesFolder: rules,
    cacheFolder: cache,
    home,
    logger,
    services: { jar: { fetch: async () => Promise.resolve(undefined) } },
    ...options,
  });
  let hash = '';
  const publish = async (): Promise<string> => {
    const { bundle, definitions, problems } = await surveyFolder({ rulesFolder: rules, cacheFolder: cache, logger });
    if (bundle === undefined) throw new Error(JSON.stringify(problems));
    await store.publish(bundle, definitions, AT);
    hash = bundle.hash;
    return hash;
  };
  await publish();
  return {
    folder,
    evaluator,
    store,
    documents,
    log: logger.lines,
    get hash() {
      return hash;
    },
    publish,
    judge: async (cookie = cookieWith('/a'), more = {}) =>
      evaluator.judge({ rulebook: hash, cookie, job: 'job', at: AT, passedOver: [], ...more }),
    [Symbol.asyncDispose]: async () => {
      await evaluator.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** Waits for a condition. @throws if it does not come true in time */
export async function eventually(
  condition: () => boolean | Promise<boolean>,
  what: string,
  withinMs = 20_000,
): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`never came true: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Loses a document. */
export async function removeDocument(documents: Documents, id: string): Promise<void> {
  await documents.update(id, () => ({ result: undefined, remove: true }));
}
