import { readFile, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { Logger } from 'pino';
import type { Bundle } from '../../bundling/bundle.ts';
import { BundleFiles } from '../../bundling/bundle-files.ts';
import { PACKAGE_ROOT } from '../../bundling/package-root.ts';
import type { SourceProblem } from '../../bundling/source-problem.ts';
import { placesOf } from '../../bundling/this-machine.ts';
import { ThreadEndedError, WorkerFailedError, WorkerSilentError } from '../threads/errors.ts';
import type { CodeLocation } from '../threads/messages.ts';
import { inspectModule } from '../threads/thread-tasks.ts';
import { nameWorkers } from './name-workers.ts';
import { abstractClasses, bundleWorker } from './worker-files.ts';

/** How worker files are looked at. */
export interface SurveyMeans {
  readonly folder: string;
  /** Where bundles are written for threads to load. */
  readonly cacheFolder: string;
  readonly logger: Logger;
  /** Class names that are not to be had. */
  readonly reserved: ReadonlySet<string>;
}

/** One worker file as it was at one moment. */
export interface WorkerVersion extends Bundle {
  /** The workers that it exports. */
  readonly names: readonly string[];
}

/** What came of looking at one file. */
export interface FileSurvey {
  /** Absent where there are problems. */
  readonly version?: WorkerVersion;
  readonly problems: readonly SourceProblem[];
  /** Absolute paths of all files that matter to it, as far as known, also of missing ones. */
  readonly inputs: readonly string[];
  /** Content hash of the bundle that was tried out. */
  readonly hash?: string;
}

/** What earlier looks at a file found. */
interface KnownVersions {
  readonly good: WorkerVersion | undefined;
  readonly bad: FileSurvey | undefined;
}

/** Code below these folders of the package is never to blame. */
const OWN_FOLDERS = ['dist', 'bundling', 'cookiejar', 'periodic', 'retrieval', 'similarity'];
const MEMORY_MB = 512;

/** Bundles one file and, if it is not known as it is now, looks in a thread what it exports. */
export async function surveyFile(file: string, means: SurveyMeans, known: KnownVersions): Promise<FileSurvey> {
  const { folder, reserved } = means;
  const { bundle, problems, inputs: read, missing } = await bundleWorker(folder, file);
  const inputs = [...read, ...missing];
  if (bundle === undefined) return { problems, inputs };
  const { hash } = bundle;
  if (hash === known.good?.hash) return { version: known.good, problems: [], inputs };
  if (hash === known.bad?.hash) return known.bad;
  try {
    const classes = await inspectModule(await locate(bundle, means), hostOf(file, means));
    const [text, abstracts] = await Promise.all([readFile(join(folder, file), 'utf8'), abstractClasses(read)]);
    const named = nameWorkers({ file, text, classes, abstracts }, reserved);
    if (named.problems.length > 0) return { problems: named.problems, inputs, hash };
    return { version: { ...bundle, names: named.names }, problems: [], inputs, hash };
  } catch (error) {
    return { problems: [problemOf(error, file)], inputs, hash };
  }
}

/** Makes sure that a bundle lies in a file, for a thread to load. */
export async function locate(bundle: Bundle, { folder, cacheFolder }: SurveyMeans): Promise<CodeLocation> {
  const places = placesOf(folder);
  const files = new BundleFiles(cacheFolder, places, async () => Promise.resolve(bundle.text));
  return {
    url: await files.locate(bundle.hash),
    folder: await realpath(folder).catch(() => folder),
    ownFolders: OWN_FOLDERS.map((name) => join(PACKAGE_ROOT, name) + sep),
  };
}

function hostOf(file: string, { logger }: SurveyMeans) {
  return { about: file, logger: logger.child({ file }), silenceMs: Infinity, memoryMb: MEMORY_MB };
}

function problemOf(error: unknown, file: string): SourceProblem {
  if (error instanceof WorkerFailedError) {
    const { reason, file: at = file, line, column } = error.failure;
    return { file: at, ...(line === undefined ? {} : { line }), ...(column === undefined ? {} : { column }), reason };
  }
  const known = error instanceof WorkerSilentError || error instanceof ThreadEndedError;
  if (known) return { file, reason: error.message.slice(`${file}: `.length) };
  throw error;
}
