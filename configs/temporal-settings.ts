import { type ClientConnectConfig, loadClientConnectConfig } from '@temporalio/envconfig';
import { type Environment, withoutEmpty } from './environment.ts';
import type { ConfigProblem } from './errors.ts';

/** Where Temporal is, read as Temporal's own tools read it: `TEMPORAL_*` variables over its config file's profile. */
export interface TemporalSettings {
  /** `host:port`; absent where none was given and the embedded server is to be used. */
  readonly address?: string;
  readonly namespace: string;
  /** Options for `Connection.connect` and `NativeConnection.connect`: address, API key, TLS, metadata. */
  readonly connection: ClientConnectConfig['connectionOptions'];
  /** Which build of which deployment this is, where Temporal is to keep builds apart. */
  readonly build?: { readonly deploymentName: string; readonly buildId: string };
}

const DEFAULT_NAMESPACE = 'default';

/** Reads Temporal's own environment configuration. */
export function temporalSettings(env: Environment): { value?: TemporalSettings; problems: ConfigProblem[] } {
  const { TEMPORAL_DEPLOYMENT_NAME: deploymentName, TEMPORAL_WORKER_BUILD_ID: buildId } = withoutEmpty(env);
  if ((deploymentName === undefined) !== (buildId === undefined)) return { problems: [halfABuild(deploymentName)] };
  try {
    const { connectionOptions, namespace = DEFAULT_NAMESPACE } = loadClientConnectConfig({
      overrideEnvVars: withoutEmpty(env),
    });
    const { address, apiKey, tls, metadata } = connectionOptions;
    const connection = {
      ...(address === undefined ? {} : { address }),
      ...(apiKey === undefined ? {} : { apiKey }),
      ...(tls === undefined ? {} : { tls }),
      ...(metadata === undefined ? {} : { metadata }),
    };
    const build = deploymentName !== undefined && buildId !== undefined ? { build: { deploymentName, buildId } } : {};
    return { value: { ...(address === undefined ? {} : { address }), namespace, connection, ...build }, problems: [] };
  } catch (error) {
    return { problems: [toProblem(error, env)] };
  }
}

function halfABuild(deploymentName: string | undefined): ConfigProblem {
  const [given, missing] =
    deploymentName === undefined
      ? ['TEMPORAL_WORKER_BUILD_ID', 'TEMPORAL_DEPLOYMENT_NAME']
      : ['TEMPORAL_DEPLOYMENT_NAME', 'TEMPORAL_WORKER_BUILD_ID'];
  return { file: 'environment', path: missing, found: `nothing, though ${given} is set`, allowed: 'both or neither' };
}

function toProblem(error: unknown, env: Environment): ConfigProblem {
  return {
    file: env['TEMPORAL_CONFIG_FILE'] ?? 'environment',
    path: 'TEMPORAL_*',
    found: error instanceof Error ? error.message : String(error),
    allowed: "what Temporal's environment configuration describes",
  };
}
