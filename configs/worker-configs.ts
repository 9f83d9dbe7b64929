import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import type { ConfigProblem } from './errors.ts';
import { deepFreeze } from './freeze.ts';
import { isMissing, readJsonFile } from './json-files.ts';
import type { Json, JsonRecord } from './json-text.ts';
import { type Checked, check } from './problems.ts';
import { type Overlap, workerKeysSchema } from './worker-keys.ts';

/** The configuration of one periodic worker: its file laid over `PeriodicWorker.json`. */
export interface WorkerConfig {
  /** Class name. */
  readonly worker: string;
  /** Path of its file, as problems name it. */
  readonly file: string;
  /** Everything it is configured with, as written: the worker's `this.config.worker`. */
  readonly values: JsonRecord;
  /** Keys in its own file that are not common to all periodic workers. */
  readonly ownKeys: readonly string[];
  /** The same of both files. */
  readonly customKeys: readonly string[];
  /** Digest of `values`, the same whatever the order of keys. */
  readonly digest: string;
  /** Level in pino's words. */
  readonly logLevel: string;
  readonly interval: string;
  readonly timezone?: string;
  readonly jitterMs?: number;
  readonly paused: boolean;
  readonly overlap: Overlap;
  readonly catchupWindowMs?: number;
}

/** What a folder of worker files says. */
export interface WorkerConfigs {
  /** By class name, in the order of names. */
  readonly configs: ReadonlyMap<string, WorkerConfig>;
  /** `PeriodicWorker.json` alone: what a worker without a file of its own has. Absent while that file is broken. */
  readonly defaults?: WorkerConfig;
  /** Classes whose file is there and cannot be used: what was in force for them stays. */
  readonly broken: ReadonlySet<string>;
  readonly problems: readonly ConfigProblem[];
}

/** Looks for what only the worker itself, or its scheduling, can find wrong with a configuration. */
export type InspectWorkerConfig = (config: WorkerConfig) => readonly ConfigProblem[];

/** Name of the class, and of the file, that all others are laid over. */
const BASE_WORKER = 'PeriodicWorker';

const BUILT_IN: JsonRecord = { log_level: 'INFO', interval: 'hourly' };
const FILE_NAME = /^([A-Za-z_$][\w$]*)\.json$/;

/** What classes that run without a file of their own have instead of it, and below it where they have one. */
export type StandingConfigs = Readonly<Record<string, JsonRecord>>;

/** Reads all `<ClassName>.json` of a folder. A broken file hides no other one; a missing folder is an empty one. */
export function readWorkerConfigs(
  folder: string,
  inspect: InspectWorkerConfig = () => [],
  standing: StandingConfigs = {},
): WorkerConfigs {
  const { names, problems: folderProblems } = listFiles(folder);
  const base = readWorkerFile(folder, BASE_WORKER);
  const defaults = base.problems.length > 0 ? undefined : toConfig(BASE_WORKER, folder, base.value ?? {});
  const configs = new Map<string, WorkerConfig>();
  const broken = new Set<string>();
  const problems = [...folderProblems, ...base.problems];
  const all = [...new Set([...names, ...Object.keys(standing)])].toSorted();
  for (const worker of all.filter((name) => name !== BASE_WORKER)) {
    const file = names.includes(worker) ? readWorkerFile(folder, worker) : { value: {}, problems: [] };
    const below = { ...(defaults?.values ?? BUILT_IN), ...standing[worker] };
    const named = names.includes(worker) ? worker : BASE_WORKER;
    const config = file.value && { ...toConfig(named, folder, file.value, below), worker };
    const found = config === undefined ? file.problems : inspect(config);
    problems.push(...found);
    if (found.length > 0 || (defaults === undefined && config !== undefined)) broken.add(worker);
    else if (config !== undefined) configs.set(worker, config);
  }
  return { configs, broken, problems, ...(defaults === undefined ? {} : { defaults }) };
}

/** Inspects what was read by what may take its time. A configuration that is found wrong is a broken one. */
export async function inspectWorkerConfigs(
  read: WorkerConfigs,
  inspect: (config: WorkerConfig) => readonly ConfigProblem[] | Promise<readonly ConfigProblem[]>,
): Promise<WorkerConfigs> {
  const configs = new Map(read.configs);
  const broken = new Set(read.broken);
  const problems = [...read.problems];
  for (const [worker, config] of read.configs) {
    const found = await inspect(config);
    if (found.length === 0) continue;
    problems.push(...found);
    broken.add(worker);
    configs.delete(worker);
  }
  return { ...read, configs, broken, problems };
}

/** The configuration of a class without a file of its own. */
export function defaultConfigOf(worker: string, defaults: WorkerConfig): WorkerConfig {
  return { ...defaults, worker, ownKeys: [] };
}

/**
 * Checks the keys that a worker knows. A strict schema refuses unknown keys of the worker's own file, not those that
 * `PeriodicWorker.json` gives to all.
 */
export function checkWorkerConfig<S extends z.ZodObject>(config: WorkerConfig, schema: S): Checked<z.output<S>> {
  const concerns = (key: string): boolean => config.ownKeys.includes(key) || Object.hasOwn(schema.shape, key);
  const values = Object.entries(config.values).filter(([key]) => concerns(key));
  return check(schema, Object.fromEntries(values), config.file);
}

/** The same configuration whatever the order of keys has the same digest. */
export function digestOf(values: JsonRecord): string {
  return createHash('sha256')
    .update(JSON.stringify(sortKeys(values)))
    .digest('hex')
    .slice(0, 32);
}

function listFiles(folder: string): { names: string[]; problems: ConfigProblem[] } {
  try {
    const names = readdirSync(folder).map((name) => FILE_NAME.exec(name)?.[1]);
    return { names: names.filter((name) => name !== undefined).toSorted(), problems: [] };
  } catch (error) {
    if (isMissing(error)) return { names: [], problems: [] };
    return { names: [], problems: [{ file: folder, path: '', found: String(error), allowed: 'a readable folder' }] };
  }
}

function readWorkerFile(folder: string, worker: string): { value?: JsonRecord; problems: readonly ConfigProblem[] } {
  const path = join(folder, `${worker}.json`);
  const file = readJsonFile(path, path);
  if (file.value === undefined) return file;
  const { problems } = check(workerKeysSchema, file.value, path);
  return problems.length > 0 ? { problems } : file;
}

function toConfig(worker: string, folder: string, own: JsonRecord, base: JsonRecord = BUILT_IN): WorkerConfig {
  const values = { ...base, ...own };
  const keys = workerKeysSchema.parse(values);
  return deepFreeze({
    worker,
    file: join(folder, `${worker}.json`),
    values,
    ownKeys: Object.keys(own).filter((key) => !isCommon(key, own)),
    customKeys: Object.keys(values).filter((key) => !isCommon(key, values)),
    digest: digestOf(values),
    logLevel: keys.log_level ?? 'info',
    interval: keys.interval ?? 'hourly',
    paused: keys.paused ?? false,
    overlap: keys.schedule_overlap ?? keys.overlap ?? 'skip',
    ...(keys.timezone === undefined ? {} : { timezone: keys.timezone }),
    ...(keys.jitter === undefined ? {} : { jitterMs: keys.jitter }),
    ...(keys.catchup_window === undefined ? {} : { catchupWindowMs: keys.catchup_window }),
  });
}

/** Whether a key is one that all periodic workers have: `overlap` is not, where it is a duration. */
function isCommon(key: string, values: JsonRecord): boolean {
  if (!Object.hasOwn(workerKeysSchema.shape, key)) return false;
  return key !== 'overlap' || workerKeysSchema.shape.overlap.parse(values[key]) !== undefined;
}

function sortKeys(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value;
  if (isList(value)) return value.map(sortKeys);
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, sortKeys(item)]));
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
