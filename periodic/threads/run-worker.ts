import type { Logger } from 'pino';
import type { JsonValue } from '../../cookiejar/json.ts';
import { openJar } from '../../cookiejar/open-jar.ts';
import { createWorkerJar } from '../worker-jar.ts';
import { type Beats, Phase } from './beats.ts';
import { checkBySchema } from './check-schema.ts';
import type { Outcome, RunTask } from './messages.ts';
import type { PatientBeats } from './patient-beats.ts';
import type { WorkerClass } from './worker-classes.ts';

/** What a run in a thread is given of the thread. */
export interface RunMeans {
  readonly beats: Beats;
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
  const worker = new found({
    worker: task.worker,
    config: { worker: values },
    logger,
    jar: createWorkerJar({ jar, documents, wake: async (identifier) => patience.during(wake(identifier)) }),
    signal,
    startedAt: new Date(task.startedAt),
    ...(task.lastProgress === undefined ? {} : { lastProgress: task.lastProgress }),
    heartbeat: (progress) => {
      beats.beat();
      means.progress(progress);
    },
  });
  const result: unknown = await worker.callback();
  beats.beat();
  await worker.finished();
  beats.enter(Phase.OWN);
  const known = answerOf(result, logger);
  return { type: 'done', ...(known === undefined ? {} : { result: known }) };
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
