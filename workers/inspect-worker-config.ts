import type { Logger } from 'pino';
import type { ConfigProblem } from '../configs/errors.ts';
import { plainProblems } from '../configs/problems.ts';
import { checkWorkerConfig, type StandingConfigs, type WorkerConfig } from '../configs/worker-configs.ts';
import { intervalProblems } from '../periodic/interval.ts';
import { checkConfig } from '../periodic/threads/thread-tasks.ts';
import type { UserWorkers } from '../periodic/user-workers/user-workers.ts';
import { RECONCILER, RECONCILER_DEFAULTS, reconcilerConfigSchema } from '../reconciling/reconciler-config.ts';
import { shippedWorkers } from '../retrieval/shipped-workers.ts';
import { threadedWorkers } from './shipped-threaded-workers.ts';

/** Class names of the workers that come with the package. */
export const SHIPPED_NAMES: ReadonlySet<string> = new Set([
  RECONCILER,
  ...Object.keys(shippedWorkers),
  ...Object.keys(threadedWorkers),
]);

/** Shipped workers that run without a config file. */
export const STANDING_CONFIGS: StandingConfigs = { [RECONCILER]: RECONCILER_DEFAULTS };

/** Names that users' classes cannot have. */
export const RESERVED_NAMES: ReadonlySet<string> = new Set([...SHIPPED_NAMES, 'PeriodicWorker']);

/** What is wrong with a shipped worker's own keys, or with when any worker is to run. */
export function inspectWorkerConfig(config: WorkerConfig): readonly ConfigProblem[] {
  const { worker, file, interval, timezone } = config;
  const schema = schemaOf(worker);
  const own = schema === undefined ? [] : checkWorkerConfig(config, schema).problems;
  return [...own, ...intervalProblems(interval, timezone).map((problem) => ({ file, ...problem }))];
}

function schemaOf(worker: string) {
  if (worker === RECONCILER) return reconcilerConfigSchema;
  return shippedWorkers[worker]?.configSchema ?? threadedWorkers[worker]?.configSchema;
}

const CHECK_LIMIT_MS = 10_000;
const CHECK_MB = 512;
const ASK_AGAIN_MS = 30_000;

/** What a class said of a configuration. */
interface Verdict {
  /** Which version of it, of which configuration. */
  readonly pair: string;
  readonly problems: readonly ConfigProblem[];
  /** When it is asked again, in milliseconds; what ended its thread may have been the machine's fault. */
  readonly until: number;
}

/** Inspects configurations also by the schemas of users' classes, which takes a thread; each pair of the two only once. */
export class ConfigInspector {
  readonly #users: UserWorkers;
  readonly #log: Logger;
  readonly #checked = new Map<string, Verdict>();

  constructor(users: UserWorkers, log: Logger) {
    this.#users = users;
    this.#log = log;
  }

  /** Everything that is wrong with a configuration. */
  async inspect(config: WorkerConfig): Promise<readonly ConfigProblem[]> {
    return [...inspectWorkerConfig(config), ...(await this.#inspectOwn(config))];
  }

  async #inspectOwn(config: WorkerConfig): Promise<readonly ConfigProblem[]> {
    const { worker, digest, file } = config;
    const hash = this.#users.workers.get(worker)?.hash;
    if (hash === undefined) return [];
    const pair = [hash, digest, file].join(' ');
    const known = this.#checked.get(worker);
    if (known?.pair === pair && Date.now() < known.until) return known.problems;
    const verdict = await this.#ask(config, pair);
    this.#checked.set(worker, verdict);
    return verdict.problems;
  }

  async #ask(config: WorkerConfig, pair: string): Promise<Verdict> {
    const { worker, values, ownKeys, customKeys, file } = config;
    const code = await this.#users.locate(worker);
    if (code === undefined) return { pair, problems: [], until: 0 };
    const host = { about: worker, logger: this.#log, silenceMs: CHECK_LIMIT_MS, memoryMb: CHECK_MB };
    try {
      const issues = await checkConfig(code, worker, { values, ownKeys, customKeys }, host);
      return { pair, problems: plainProblems(issues, values, file), until: Infinity };
    } catch (error) {
      const found = error instanceof Error ? error.message : String(error);
      const problem = { file, path: '', found, allowed: 'what the schema of its class can check' };
      return { pair, problems: [problem], until: Date.now() + ASK_AGAIN_MS };
    }
  }
}
