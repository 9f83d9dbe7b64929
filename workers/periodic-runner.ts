import type { Logger } from 'pino';
import type { PeriodicRun } from '../activities/create-periodic-activities.ts';
import type { Documents, CookieJar } from '../cookiejar/cookie-jar.ts';
import type { JsonValue } from '../cookiejar/json.ts';
import { checkWorkerConfig, type WorkerConfig, type WorkerConfigs } from '../configs/worker-configs.ts';
import type { ConfigProblem } from '../configs/errors.ts';
import { intervalProblems } from '../periodic/interval.ts';
import { workerLogger } from '../periodic/periodic-worker.ts';
import { createWorkerJar } from '../periodic/worker-jar.ts';
import { shippedWorkers } from '../retrieval/shipped-workers.ts';
import { WakeKind } from '../workflows/messages.ts';
import type { WakeCookie } from '../workflows/client/wake.ts';

/** What periodic workers are run with. */
export interface PeriodicRunnerParts {
  readonly jar: CookieJar;
  readonly documents: Documents;
  readonly wake: WakeCookie;
  readonly log: Logger;
  /** Folders that folder retrievals never look into. */
  readonly leaveOut: readonly string[];
  /** Folder of baton's programs, where there is one. */
  readonly batonBinDir?: string | undefined;
  /** Told of every progress that a run reports. */
  readonly onProgress?: (worker: string, progress: JsonValue | undefined) => void;
}

/** Class names that can be scheduled. */
export const KNOWN_WORKERS: ReadonlySet<string> = new Set(Object.keys(shippedWorkers));

/** Runs the periodic workers whose configuration is in force. */
export class PeriodicRunner {
  readonly #parts: PeriodicRunnerParts;
  #configs: ReadonlyMap<string, WorkerConfig> = new Map();

  constructor(parts: PeriodicRunnerParts) {
    this.#parts = parts;
  }

  /** Runs that start from now on are configured like this. */
  configure({ configs }: WorkerConfigs): void {
    this.#configs = configs;
  }

  /** Runs one worker once. @returns undefined if there is no such worker, or none configured */
  run(worker: string, run: PeriodicRun): Promise<JsonValue | void> | undefined {
    const config = this.#configs.get(worker);
    const shipped = shippedWorkers[worker];
    if (config === undefined || shipped === undefined) return undefined;
    const { jar, documents, wake, log, leaveOut, batonBinDir, onProgress } = this.#parts;
    const instance = shipped.create({
      ...run,
      worker,
      config: { worker: config.values },
      logger: workerLogger(log, worker, config.logLevel),
      jar: createWorkerJar({ jar, documents, wake: async (identifier) => wake(identifier, WakeKind.Enriched) }),
      leaveOut,
      ...(batonBinDir === undefined ? {} : { batonBinDir }),
      heartbeat: (progress) => {
        onProgress?.(worker, progress);
        run.heartbeat(progress);
      },
    });
    return Promise.resolve(instance.callback());
  }
}

/** What is wrong with a worker's own keys, or with when it is to run. */
export function inspectWorkerConfig(config: WorkerConfig): readonly ConfigProblem[] {
  const { worker, file, interval, timezone } = config;
  const shipped = shippedWorkers[worker];
  const own = shipped === undefined ? [] : checkWorkerConfig(config, shipped.configSchema).problems;
  return [...own, ...intervalProblems(interval, timezone).map((problem) => ({ file, ...problem }))];
}
