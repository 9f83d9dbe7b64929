import type { JsonObject } from '../cookiejar/json.ts';
import type { Log } from './authoring/context.ts';
import { RulebookUnavailableError } from './errors.ts';
import type { Evaluator } from './evaluator.ts';
import { placesOf } from '../bundling/this-machine.ts';
import { THREAD_ENTRY } from './thread-entry.ts';
import { type HostServices, serviceTable } from './threads/host-services.ts';
import { judgeInThreads } from './threads/judge-in-threads.ts';
import type { ThreadOptions } from './threads/rule-thread.ts';
import { runUserCode } from './threads/run-user-code.ts';
import { ThreadLanes } from './threads/thread-lanes.ts';
import { ThreadPool } from './threads/thread-pool.ts';
import { BundleFiles } from '../bundling/bundle-files.ts';
import type { RulebookStore } from './versions/rulebook-store.ts';

/** How long user code may be silent, in milliseconds, and how much memory it may take. */
interface EvaluatorLimits {
  /** For one rule, one `canEnrich` or one `accepts`. @default 5000 */
  readonly ruleTimeoutMs?: number;
  /** For `load`, since its start or last heartbeat. @default 30000 */
  readonly loaderTimeoutMs?: number;
  /** For `receive`, since its start or last heartbeat. @default 30000 */
  readonly receiverTimeoutMs?: number;
  /** Heap of one thread, in megabytes. @default 512 */
  readonly threadMemoryMb?: number;
  /** For the top level of all rule files together. @default 20000 */
  readonly loadTimeoutMs?: number;
}

/** The most threads of each kind; they are started when they are needed. */
interface EvaluatorThreads {
  /** @default 2 */
  readonly rules?: number;
  /** Of each loader. @default 2 */
  readonly loaders?: number;
  /** Of each receiver. @default 2 */
  readonly receivers?: number;
}

/** What an evaluator is made of. */
export interface EvaluatorOptions {
  readonly store: RulebookStore;
  /** Where bundles are written for threads to load, e.g. `<home>/rulebooks`. */
  readonly cacheFolder: string;
  /** Where the rules' own files and native packages are found on this machine. */
  readonly rulesFolder: string;
  /** Absolute path of the data folder: `context.home`. */
  readonly home: string;
  /** `context.config`. @default {} */
  readonly config?: JsonObject;
  readonly services: HostServices;
  readonly logger: Log;
  readonly limits?: EvaluatorLimits;
  readonly threads?: EvaluatorThreads;
}

/** Starts an evaluator; its threads start when they are needed. */
export function createEvaluator(options: EvaluatorOptions): Evaluator {
  const { ruleTimeoutMs = 5000, loaderTimeoutMs = 30_000, receiverTimeoutMs = 30_000 } = options.limits ?? {};
  const { rules = 2, loaders = 2, receivers = 2 } = options.threads ?? {};
  const places = placesOf(options.rulesFolder);
  const files = new BundleFiles(options.cacheFolder, places, async (hash) => (await options.store.load(hash)).text);
  const locate = async (hash: string): Promise<string> => files.locate(hash);
  const threads = threadOptions(options, places.folder);
  const said = async <T>(running: Promise<T>): Promise<T> => sayingWhatIsUnavailable(running, options.logger);
  const pools = {
    rules: new ThreadPool(rules, threads),
    loaders: new ThreadLanes(loaders, threads),
    receivers: new ThreadLanes(receivers, threads),
  };
  return {
    judge: async (request) => said(judgeInThreads(pools.rules, locate, ruleTimeoutMs, request)),
    load: async ({ rulebook, loader, cookie, timestamp, signal }) => {
      const task = { kind: 'load', loader, cookie: cookie.toJSON(), timestamp } as const;
      const call = { hash: rulebook, locate, task, limitMs: loaderTimeoutMs, signal };
      const result = await said(runUserCode(pools.loaders.of(loader), call));
      if (result.kind === 'load') return result.enrichment;
      throw new TypeError(`a loader's thread answered with '${result.kind}'`);
    },
    receive: async ({ rulebook, receiver, notification, signal }) => {
      const task = { kind: 'receive', receiver, notification } as const;
      const call = { hash: rulebook, locate, task, limitMs: receiverTimeoutMs, signal };
      await said(runUserCode(pools.receivers.of(receiver), call));
    },
    close: async () => {
      await Promise.all(Object.values(pools).map(async (pool) => pool.close()));
    },
  };
}

/** Whoever waits for a rulebook that is unavailable tries again without end: an operator must hear why. */
async function sayingWhatIsUnavailable<T>(running: Promise<T>, logger: Log): Promise<T> {
  try {
    return await running;
  } catch (error) {
    if (error instanceof RulebookUnavailableError) logger.warn(error.message, { rulebook: error.rulebook });
    throw error;
  }
}

function threadOptions(
  { config = {}, home, services, logger, limits }: EvaluatorOptions,
  rulesFolder: string,
): ThreadOptions {
  const memoryMb = limits?.threadMemoryMb ?? 512;
  const loadLimitMs = limits?.loadTimeoutMs ?? 20_000;
  const entry = THREAD_ENTRY;
  return { entry, config, home, rulesFolder, services: serviceTable(services), logger, memoryMb, loadLimitMs };
}
