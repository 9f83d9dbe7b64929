import { join, relative, resolve } from 'node:path';
import { type ApiTokens, apiTokens } from './api-tokens.ts';
import { couchdbSettings } from './couchdb-settings.ts';
import { type CheckedEnvironment, checkEnvironment, type Environment } from './environment.ts';
import { ConfigError, type ConfigProblem } from './errors.ts';
import { chooseFolder, type FolderChoice } from './folders.ts';
import { deepFreeze } from './freeze.ts';
import { readJsonFile } from './json-files.ts';
import { check } from './problems.ts';
import { PROJECT_FILE, type ProjectFile, projectFileSchema } from './project-file.ts';
import type { Settings } from './settings.ts';
import { temporalSettings } from './temporal-settings.ts';

/**
 * Reads the environment and `cookie-monster.json` of the config folder; defaults yield to the file, the file to the
 * environment.
 * @throws ConfigError with every problem of all of them
 */
export function loadSettings(env: Environment = process.env, cwd: string = process.cwd()): Settings {
  const environment = checkEnvironment(env);
  const folders = chooseFolders(env, cwd);
  const file = readProjectFile(folders.config.path, cwd);
  const temporal = temporalSettings(env);
  const couchdb = environment.value && couchdbSettings(environment.value, cwd);
  const tokens = apiTokens(environment.value?.COOKIE_MONSTER_API_TOKEN, file.value?.api.tokens ?? [], {
    env,
    folder: folders.config.path,
    file: file.name,
  });
  const problems: ConfigProblem[] = [
    ...environment.problems,
    ...[folders.config, folders.rules, folders.workers].flatMap((choice) => choice.problems),
    ...file.problems,
    ...temporal.problems,
    ...(couchdb?.problems ?? []),
    ...tokens.problems,
  ];
  if (problems.length > 0 || !environment.value || !file.value || !temporal.value || !couchdb) {
    throw new ConfigError(problems);
  }
  return deepFreeze({
    home: resolve(cwd, environment.value.COOKIE_MONSTER_HOME),
    configFolder: folders.config.path,
    workerConfigFolder: join(folders.config.path, 'workers'),
    rulesFolder: folders.rules.path,
    workersFolder: folders.workers.path,
    temporal: temporal.value,
    couchdb: couchdb.value,
    ...fromEnvironment(environment.value, file.value, tokens.value, cwd),
    ...fromFile(file.value),
  });
}

function chooseFolders(env: Environment, cwd: string): Record<'config' | 'rules' | 'workers', FolderChoice> {
  const given = (variable: string) => env[variable] || undefined;
  const rules = chooseFolder('COOKIE_MONSTER_RULES', given('COOKIE_MONSTER_RULES'), 'rules', cwd);
  const workers = given('COOKIE_MONSTER_WORKERS');
  return {
    config: chooseFolder('COOKIE_MONSTER_CONFIG', given('COOKIE_MONSTER_CONFIG'), 'configs', cwd),
    rules,
    workers:
      workers === undefined
        ? { path: rules.path, problems: [] }
        : chooseFolder('COOKIE_MONSTER_WORKERS', workers, 'rules', cwd),
  };
}

function readProjectFile(
  configFolder: string,
  cwd: string,
): { name: string; value?: ProjectFile; problems: readonly ConfigProblem[] } {
  const path = join(configFolder, PROJECT_FILE);
  const name = relative(cwd, path).startsWith('..') ? path : relative(cwd, path);
  const { value = {}, problems } = readJsonFile(path, name);
  return { name, ...(problems.length > 0 ? { problems } : check(projectFileSchema, value, name)) };
}

function fromEnvironment(env: CheckedEnvironment, file: ProjectFile, tokens: ApiTokens, cwd: string) {
  const cli = env.TEMPORAL_CLI;
  const { BATON_BIN_DIR: baton } = env;
  const { processes, timeout, maxRequestsPerSecond } = file.irods;
  return {
    api: {
      host: env.HOST,
      port: env.PORT,
      ...tokens,
      hosts: file.api.hosts,
      maxRequestsPerSecond: file.api.maxRequestsPerSecond,
      bodyLimitBytes: file.api.bodyLimit,
    },
    embedded: {
      temporalPort: env.COOKIE_MONSTER_TEMPORAL_PORT,
      temporalUiPort: env.COOKIE_MONSTER_TEMPORAL_UI_PORT,
      jarPort: env.COOKIE_MONSTER_JAR_PORT,
      searchPath: env.PATH,
      ...(cli === undefined ? {} : { temporalCli: resolve(cwd, cli) }),
    },
    irods: {
      processes,
      timeoutMs: timeout,
      ...(maxRequestsPerSecond === undefined ? {} : { maxRequestsPerSecond }),
      ...(baton === undefined ? {} : { batonBinDir: resolve(cwd, baton) }),
    },
  };
}

function fromFile({ context, rules, deliveries, worker, periodic, jar }: ProjectFile) {
  const { slots, threads } = worker;
  const { maxRequestsPerSecond } = jar;
  return {
    context,
    rules: {
      rounds: rules.rounds,
      ruleTimeoutMs: rules.ruleTimeout,
      loaderTimeoutMs: rules.loaderTimeout,
      loaderAttempts: rules.loaderAttempts,
    },
    deliveries: {
      timeoutMs: deliveries.timeout,
      attempts: deliveries.attempts,
      backoffMs: deliveries.backoff,
      maximumIntervalMs: deliveries.maximumInterval,
      receivers: Object.fromEntries(
        Object.entries(deliveries.receivers).map(([id, receiver]) => [id, receiverSettings(receiver)]),
      ),
    },
    worker: {
      ...(slots === undefined ? {} : { slots }),
      cookies: worker.cookies,
      ...(threads === undefined ? {} : { threads }),
      jarBatchMs: worker.jarBatch,
    },
    periodic: { timeoutMs: periodic.timeout, memoryBytes: periodic.memory },
    jar: maxRequestsPerSecond === undefined ? {} : { maxRequestsPerSecond },
  };
}

function receiverSettings(receiver: ProjectFile['deliveries']['receivers'][string]) {
  const { attempts, backoff, maximumInterval, maxPerSecond, flood, digestWindow } = receiver;
  return {
    ...(attempts === undefined ? {} : { attempts }),
    ...(backoff === undefined ? {} : { backoffMs: backoff }),
    ...(maximumInterval === undefined ? {} : { maximumIntervalMs: maximumInterval }),
    ...(maxPerSecond === undefined ? {} : { maxPerSecond }),
    ...(flood === undefined ? {} : { flood: { notifications: flood.notifications, withinMs: flood.within } }),
    ...(digestWindow === undefined ? {} : { digestWindowMs: digestWindow }),
  };
}
