import { hostname } from 'node:os';
import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import { z } from 'zod';
import { type ConfigProblem, describeProblem } from '../configs/errors.ts';
import { nearest } from '../configs/nearest.ts';
import { watchWorkerConfigs } from '../configs/watch-worker-configs.ts';
import { defaultConfigOf, type WorkerConfig, type WorkerConfigs } from '../configs/worker-configs.ts';
import type { Documents } from '../cookiejar/cookie-jar.ts';
import type { SchedulesInForce } from '../periodic/scheduled-worker.ts';
import { reconcileSchedules } from '../periodic/schedules.ts';
import type { UserWorkers } from '../periodic/user-workers/user-workers.ts';
import { reportWorkers } from '../periodic/user-workers/worker-reports.ts';
import { TASK_QUEUE, WorkflowType } from '../workflows/messages.ts';
import { ConfigInspector, SHIPPED_NAMES, STANDING_CONFIGS } from './inspect-worker-config.ts';
import type { RunnableConfigs } from './periodic-runner.ts';

/** What a schedule keeper works with. */
export interface ScheduleKeeperOptions {
  readonly client: Client;
  readonly documents: Documents;
  /** Folder of `<ClassName>.json` files. */
  readonly folder: string;
  /** Folder of `*.worker.ts` files. */
  readonly workersFolder: string;
  readonly users: UserWorkers;
  readonly log: Logger;
  /** Told what is in force, before the Schedules follow it. */
  readonly onConfigs: (inForce: RunnableConfigs) => void;
}

/** Keeps the Schedules like the worker files, now and whenever these change. */
export interface ScheduleKeeper {
  /** Looks again soon: the users' classes have changed. */
  look(): void;
  close(): Promise<void>;
}

/** Makes the Schedules follow the config files and the users' classes, now and whenever these change. */
export async function keepSchedules(options: ScheduleKeeperOptions): Promise<ScheduleKeeper> {
  const { folder, users, log } = options;
  const following = new Following(options, await recorded(options.documents, recordId(folder)));
  const inspector = new ConfigInspector(users, log);
  return watchWorkerConfigs(folder, async (configs) => following.follow(configs, inspector), {
    standing: STANDING_CONFIGS,
    inspect: async (config) => inspector.inspect(config),
    also: () => JSON.stringify([[...users.workers.values()], users.incomplete, users.problems]),
    onError: (error) => {
      log.error({ err: error }, 'worker files could not be put in force; it is tried again');
    },
  });
}

/** A change of files being put in force, one after the other. */
class Following {
  readonly #options: ScheduleKeeperOptions;
  #inForce: SchedulesInForce;
  #said: ReadonlySet<string> = new Set();

  constructor(options: ScheduleKeeperOptions, inForce: SchedulesInForce) {
    this.#options = options;
    this.#inForce = inForce;
  }

  async follow(read: WorkerConfigs, inspector: ConfigInspector): Promise<void> {
    const { client, users, log, onConfigs } = this.#options;
    const known = new Set([...SHIPPED_NAMES, ...users.workers.keys()]);
    const { configs, unusable, problems, warnings } = await this.#runnable(read, known, inspector);
    onConfigs({ configs, problems });
    const done = await reconcileSchedules({
      client,
      configs: configs.values(),
      broken: new Set([...read.broken, ...this.#undecided(known), ...unusable]),
      knownWorkers: known,
      action: { workflowType: WorkflowType.RunPeriodicWorker, taskQueue: TASK_QUEUE },
      previous: this.#inForce,
    });
    const { created, updated, removed, inForce } = done;
    await this.#keep(inForce);
    this.#say([...problems, ...done.problems], warnings);
    await this.#report(configs, [...problems, ...done.problems], warnings);
    if (created.length + updated.length + removed.length > 0)
      log.info({ created, updated, removed }, 'schedules changed');
  }

  /** The configurations of classes that there are: by a file of their own or, for users' classes, by the defaults. */
  async #runnable(read: WorkerConfigs, known: ReadonlySet<string>, inspector: ConfigInspector) {
    const { users } = this.#options;
    const configs = new Map<string, WorkerConfig>();
    const unusable: string[] = [];
    const problems = [...read.problems];
    const warnings: string[] = [];
    for (const [worker, config] of read.configs) {
      if (known.has(worker)) configs.set(worker, config);
      else warnings.push(withoutClass(config, known));
    }
    for (const { name, file } of users.workers.values()) {
      if (read.configs.has(name) || read.broken.has(name) || read.defaults === undefined) continue;
      const config = defaultConfigOf(name, read.defaults);
      const found = await inspector.inspect(config);
      problems.push(...found.map((problem) => ({ ...problem, file: `${problem.file}, for ${name}` })));
      if (found.length > 0) {
        unusable.push(name);
        continue;
      }
      warnings.push(`${file}: class ${name} has no ${name}.json; it runs by PeriodicWorker.json alone`);
      configs.set(name, config);
    }
    return { configs, unusable, problems, warnings };
  }

  /** Classes that may be in a file that cannot be used. */
  #undecided(known: ReadonlySet<string>): string[] {
    if (!this.#options.users.incomplete) return [];
    return Object.keys(this.#inForce).filter((worker) => !known.has(worker));
  }

  async #keep(inForce: SchedulesInForce): Promise<void> {
    const { documents, folder } = this.#options;
    if (JSON.stringify(inForce) !== JSON.stringify(this.#inForce)) {
      await documents.update(recordId(folder), () => ({ result: undefined, write: { in_force: inForce } }));
    }
    this.#inForce = inForce;
  }

  /** Says what was not said the last time. */
  #say(problems: readonly ConfigProblem[], warnings: readonly string[]): void {
    const { log } = this.#options;
    const said = new Set<string>(warnings);
    for (const problem of problems) {
      const text = `configuration: ${describeProblem(problem)}`;
      if (!this.#said.has(text)) log.error({ ...problem }, text);
      said.add(text);
    }
    for (const warning of warnings) if (!this.#said.has(warning)) log.warn(warning);
    this.#said = said;
  }

  async #report(
    configs: ReadonlyMap<string, WorkerConfig>,
    configuration: readonly ConfigProblem[],
    warnings: readonly string[],
  ): Promise<void> {
    const { documents, users, workersFolder } = this.#options;
    await reportWorkers(documents, {
      folder: workersFolder,
      workers: [...configs.values()].map(({ worker, file, interval }) => {
        const source = users.workers.get(worker)?.file;
        return {
          name: worker,
          ...(source === undefined ? {} : { file: source }),
          ...(file.endsWith('PeriodicWorker.json') ? {} : { config: file }),
          interval,
        };
      }),
      problems: [...users.problems],
      configuration: configuration.map(({ file, path, found, allowed }) => ({ file, path, found, allowed })),
      warnings: [...warnings],
    });
  }
}

function withoutClass({ worker, file }: WorkerConfig, known: ReadonlySet<string>): string {
  const meant = nearest(worker, [...known]);
  const hint = meant === undefined ? '' : ` (did you mean ${meant}?)`;
  const all = [...known].toSorted().join(', ');
  return `${file}: there is no class ${worker}${hint}, so it has no Schedule; classes are ${all}`;
}

const recordSchema = z.object({ in_force: z.record(z.string(), z.string()) });

function recordId(folder: string): string {
  return `schedules:${hostname()}:${folder}`;
}

/** What a process over the same folder put in force before, so that files deleted while none ran are noticed. */
async function recorded(documents: Documents, id: string): Promise<SchedulesInForce> {
  return recordSchema.safeParse((await documents.read([id])).get(id)).data?.in_force ?? {};
}
