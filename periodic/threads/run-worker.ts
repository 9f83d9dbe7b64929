import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { JsonValue } from '../../cookiejar/json.ts';
import { openJar } from '../../cookiejar/open-jar.ts';
import { createWorkerJar, type WorkerJar } from '../worker-jar.ts';
import { type Progress, Phase } from '../../bundling/thread-progress.ts';
import { checkBySchema } from './check-schema.ts';
import type { Outcome, RunTask } from './messages.ts';
import type { PatientBeats } from './patient-beats.ts';
import type { WorkerClass } from './worker-classes.ts';

/** What a run in a thread is given of the thread. */
export interface RunMeans {
  readonly beats: Progress;
  readonly patience: PatientBeats;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  readonly wake: (identifier: string) => Promise<void>;
  readonly progress: (progress: JsonValue | undefined) => void;
}

/** What a run answers goes into Temporal's history. */
const MAX_RESULT_LENGTH = 100_000;

/** Runs a class once, over a jar connection of its own. */
export async function runWorker(found: WorkerClass, task: RunTask, means: RunMeans): Promise<Outcome> {
  const { beats, patience, logger, signal, wake } = means;
  const { values, issues } = await checkBySchema(found.schema, task.config);
  if (issues !== undefined) return { type: 'misconfigured', issues };
  const { jar, documents } = await openJar({ ...task.jar, logger: patience.jarLogger(logger) });
  beats.enter(Phase.USER);
  const calls = new Calls(
    createWorkerJar({ jar, documents, wake: async (identifier) => patience.during(wake(identifier)) }),
  );
  const worker = new found({
    worker: task.worker,
    config: { worker: values },
    logger,
    jar: calls.jar,
    signal,
    startedAt: new Date(task.startedAt),
    ...(task.lastProgress === undefined ? {} : { lastProgress: task.lastProgress }),
    heartbeat: (progress) => {
      beats.beat();
      means.progress(progress);
    },
  });
  const result: unknown = await worker.callback();
  await calls.settled();
  beats.beat();
  await worker.finished();
  beats.enter(Phase.OWN);
  const known = answerOf(result, logger);
  return { type: 'done', ...(known === undefined ? {} : { result: known }) };
}

/** Knows what the jar is asked, so that what nobody awaits is not lost with the thread. */
class Calls {
  readonly jar: WorkerJar;
  readonly #calls = new Set<Promise<unknown>>();

  constructor(jar: WorkerJar) {
    this.jar = {
      ...jar,
      fetch: async (identifier) => this.#note(jar.fetch(identifier)),
      fetchAll: async (identifiers) => this.#note(jar.fetchAll(identifiers)),
      enrich: async (identifier, enrichment) => this.#note(jar.enrich(identifier, enrichment)),
      enrichAll: async (updates) => this.#note(jar.enrichAll(updates)),
    };
  }

  /** Waits for all of them, also for those that come of others. One that fails unawaited fails the run. */
  async settled(): Promise<void> {
    while (this.#calls.size > 0) {
      await Promise.allSettled(this.#calls);
      // Whoever awaits them goes on; a rejection that nobody awaits is reported.
      await nextTurn();
    }
  }

  async #note<T>(call: Promise<T>): Promise<T> {
    this.#calls.add(call);
    try {
      return await call;
    } finally {
      this.#calls.delete(call);
    }
  }
}

/** A run that did its work does not fail because of what it says of it. */
function answerOf(result: unknown, logger: Logger): JsonValue | undefined {
  try {
    const text: string | undefined = JSON.stringify(result);
    if (text === undefined) return undefined;
    if (text.length > MAX_RESULT_LENGTH) throw new RangeError(`${text.length} characters of JSON`);
    const copy: JsonValue = JSON.parse(text);
    return copy;
  } catch (error) {
    const allowed = `JSON of at most ${MAX_RESULT_LENGTH} characters`;
    logger.warn({ reason: String(error), allowed }, 'what callback() returned is not kept');
    return undefined;
  }
}
