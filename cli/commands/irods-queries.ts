import { ConfigError } from '../../configs/errors.ts';
import { readIrodsEnvironment } from '../../configs/irods-environment.ts';
import { loadSettings } from '../../configs/load-settings.ts';
import { checkWorkerConfig, readWorkerConfigs } from '../../configs/worker-configs.ts';
import { type IrodsConfig, irodsConfigSchema } from '../../retrieval/irods/retrieval/irods-config.ts';
import { installableQueries } from '../../retrieval/irods/shipped-queries.ts';
import { type Check, describeCheck } from '../irods/check.ts';
import { checkIrods } from '../irods/check-irods.ts';
import { installLine } from '../irods/icommands.ts';
import { type Installation, installQueries } from '../irods/install-queries.ts';

/** Options of `cookie-monster irods queries`, as they were typed. */
export interface IrodsQueriesOptions {
  readonly install?: boolean;
  readonly replace?: boolean;
  readonly check?: boolean;
  readonly zone?: string;
  readonly json?: boolean;
}

const RETRIEVAL = 'IrodsRetrieval';

/**
 * `cookie-monster irods queries`: tells how the specific queries are installed, installs them, or checks them and all else
 * that retrieval from iRODS needs.
 */
export async function irodsQueriesCommand(options: IrodsQueriesOptions): Promise<number> {
  if (options.check === true && options.install === true) throw new Error('either --install or --check, not both');
  if (options.replace === true && options.install !== true) throw new Error('--replace goes with --install only');
  if (options.zone !== undefined && options.check !== true) throw new Error('--zone goes with --check only');
  if (options.check === true) return check(options);
  return options.install === true ? install(options) : print(options);
}

function print({ json }: IrodsQueriesOptions): number {
  const lines = installableQueries().map((query) => ({ ...query, command: installLine(query) }));
  if (json === true) console.log(JSON.stringify(lines, undefined, 2));
  else for (const { command } of lines) console.log(command);
  return 0;
}

async function install({ replace = false, json }: IrodsQueriesOptions): Promise<number> {
  const done: Installation[] = [];
  for await (const installation of installQueries({ replace })) {
    done.push(installation);
    if (json !== true) console.log(`${installation.alias}: ${installation.outcome}`);
  }
  if (json === true) console.log(JSON.stringify(done, undefined, 2));
  return 0;
}

async function check({ zone: given, json }: IrodsQueriesOptions): Promise<number> {
  const settings = loadSettings();
  const config = retrievalConfig(settings.workerConfigFolder);
  const checks: Check[] = [];
  const checking = checkIrods({
    binDir: settings.irods.batonBinDir,
    zone: given ?? config?.zone,
    environment: readIrodsEnvironment(),
    listTimeoutMs: settings.irods.timeoutMs,
    queryTimeoutMs: config?.timeout,
  });
  for await (const one of checking) {
    checks.push(one);
    if (json !== true) console.log(describeCheck(one));
  }
  const ok = checks.every(({ state }) => state !== 'failed');
  if (json === true) console.log(JSON.stringify({ ok, checks }, undefined, 2));
  return ok ? 0 : 1;
}

/** What retrieval is configured with; undefined while it is off. @throws ConfigError */
function retrievalConfig(folder: string): IrodsConfig | undefined {
  const { configs, problems } = readWorkerConfigs(folder);
  const config = configs.get(RETRIEVAL);
  if (config === undefined) {
    const concerned = problems.filter(({ file }) => file.endsWith(`${RETRIEVAL}.json`));
    if (concerned.length > 0) throw new ConfigError(concerned);
    return undefined;
  }
  const checked = checkWorkerConfig(config, irodsConfigSchema);
  if (checked.value === undefined) throw new ConfigError(checked.problems);
  return checked.value;
}
