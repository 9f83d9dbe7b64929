import { homedir } from 'node:os';
import { join } from 'node:path';
import type { ServerExit } from './guarded-server.ts';
import type { Home } from './home.ts';
import { jarServer } from './jar-server.ts';
import { type KeptServer, type KeptServerOptions, type RestartLimits, keepRunning } from './kept-server.ts';
import { rotateLog } from './log-file.ts';
import type { EmbeddedLogger } from './logger.ts';
import { LOOPBACK, type WantedPort, choosePorts } from './ports.ts';
import { type FindCliOptions, findTemporalCli } from './temporal/find-cli.ts';
import { temporalServer } from './temporal/temporal-server.ts';

/** The embedded Temporal server, as it is wanted. */
export interface EmbeddedTemporalOptions extends Pick<FindCliOptions, 'cli' | 'searchPath'> {
  /** 0 picks a free one. */
  readonly port: number;
  /** Of the web UI; 0 picks a free one. */
  readonly uiPort: number;
  readonly namespace: string;
  /** How long closed workflows are kept, in hours, at least 1; set on every start. @default 6 */
  readonly retentionHours?: number;
  /** @default `~/.cache/cookie-monster`, so that a fresh home needs no new download, and the home's `cache` */
  readonly cacheFolders?: readonly string[];
}

/** The embedded jar, as it is wanted. */
interface EmbeddedJarOptions {
  /** 0 picks a free one. */
  readonly port: number;
}

/** Which servers to start, and where. A part left out is not started. */
export interface EmbeddedOptions {
  readonly home: Home;
  readonly temporal?: EmbeddedTemporalOptions;
  readonly jar?: EmbeddedJarOptions;
  readonly logger: EmbeddedLogger;
  /** When to give up a server that keeps dying. @default six deaths in a minute */
  readonly restarts?: RestartLimits;
}

/** The embedded servers that run. */
export interface EmbeddedServers {
  /** `host:port`, where Temporal was asked for. */
  readonly temporalAddress?: string;
  readonly temporalUiUrl?: string;
  /** Where the jar was asked for. */
  readonly couchdbUrl?: string;
  /** Settles when a server died so often that it was given up; the others still run. */
  readonly exited: Promise<ServerExit>;
  /** Ends all within about 6 s and leaves no process behind. */
  stop(): Promise<void>;
}

const RETENTION_HOURS = 6;

interface Plan {
  readonly wanted: readonly WantedPort[];
  /** Describes the server, given its ports. */
  readonly describe: (ports: readonly number[]) => Promise<KeptServerOptions>;
}

/**
 * Starts the embedded servers that are asked for, in parallel, and keeps them running.
 *
 * @throws PortTakenError before anything is started.
 * @throws TemporalBinaryNotFoundError
 * @throws ServerStartError if one does not become ready; the other is ended then.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedServers> {
  const { temporal, jar } = options;
  const plans = [temporal && planTemporal(options, temporal), jar && planJar(options, jar)].filter((plan) => !!plan);
  const ports = await choosePorts(plans.flatMap(({ wanted }) => wanted));
  const servers = await startAll(plans, [...ports]);
  return {
    ...(temporal && { temporalAddress: `${LOOPBACK}:${ports[0]}`, temporalUiUrl: `http://${LOOPBACK}:${ports[1]}` }),
    ...(jar && { couchdbUrl: `http://${LOOPBACK}:${ports.at(-1)}` }),
    exited: Promise.race(servers.map(({ exited }) => exited)),
    stop: async () => stopAll(servers),
  };
}

function planTemporal(options: EmbeddedOptions, temporal: EmbeddedTemporalOptions): Plan {
  const { home, logger } = options;
  const cacheFolders = temporal.cacheFolders ?? [join(homedir(), '.cache', 'cookie-monster'), home.cache];
  return {
    wanted: [
      { port: temporal.port, purpose: 'the embedded Temporal server', variable: 'COOKIE_MONSTER_TEMPORAL_PORT' },
      { port: temporal.uiPort, purpose: "Temporal's web UI", variable: 'COOKIE_MONSTER_TEMPORAL_UI_PORT' },
    ],
    describe: async ([port = 0, uiPort = 0]) => {
      const cli = await findTemporalCli({ ...temporal, cacheFolders, logger });
      logger.info({ ...cli }, 'embedded Temporal server found');
      const { namespace, retentionHours = RETENTION_HOURS } = temporal;
      const server = temporalServer({
        command: cli.path,
        folder: home.temporal,
        port,
        uiPort,
        namespace,
        retentionHours,
      });
      return kept(options, server);
    },
  };
}

function planJar(options: EmbeddedOptions, { port }: EmbeddedJarOptions): Plan {
  return {
    wanted: [{ port, purpose: 'the embedded cookie jar', variable: 'COOKIE_MONSTER_JAR_PORT' }],
    describe: async ([chosen = 0]) => kept(options, jarServer({ folder: options.home.jar, port: chosen })),
  };
}

type ServerDescription = Omit<KeptServerOptions, 'processes' | 'logFile' | 'logger'>;

function kept({ home, logger, restarts }: EmbeddedOptions, server: ServerDescription): KeptServerOptions {
  const logFile = join(home.logs, `${server.name}.log`);
  rotateLog(logFile);
  return { ...server, processes: home.processes, logFile, logger, ...(restarts && { restarts }) };
}

/** If one fails, the others are ended before its error is passed on. */
async function startAll(plans: readonly Plan[], ports: number[]): Promise<KeptServer[]> {
  const starts = plans.map(async ({ wanted, describe }) => {
    const own = ports.splice(0, wanted.length);
    return keepRunning(await describe(own));
  });
  const outcomes = await Promise.allSettled(starts);
  const servers = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  const failure = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failure === undefined) return servers;
  await stopAll(servers);
  throw failure.reason;
}

async function stopAll(servers: readonly KeptServer[]): Promise<void> {
  await Promise.all(servers.map(async (server) => server.stop()));
}
