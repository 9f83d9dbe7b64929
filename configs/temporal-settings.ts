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
}

const DEFAULT_NAMESPACE = 'default';

/** Reads Temporal's own environment configuration. */
export function temporalSettings(env: Environment): { value?: TemporalSettings; problems: ConfigProblem[] } {
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
    return { value: { ...(address === undefined ? {} : { address }), namespace, connection }, problems: [] };
  } catch (error) {
    return { problems: [toProblem(error, env)] };
  }
}

function toProblem(error: unknown, env: Environment): ConfigProblem {
  return {
    file: env['TEMPORAL_CONFIG_FILE'] ?? 'environment',
    path: 'TEMPORAL_*',
    found: error instanceof Error ? error.message : String(error),
    allowed: "what Temporal's environment configuration describes",
  };
}
