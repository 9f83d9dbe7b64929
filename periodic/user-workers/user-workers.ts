import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FolderFollower, type Look } from '../../bundling/folder-follower.ts';
import type { SourceProblem } from '../../bundling/source-problem.ts';
import { inFlight } from '../in-flight.ts';
import type { CodeLocation } from '../threads/messages.ts';
import { recallVersions, rememberVersions } from './last-good.ts';
import { settleNames, type Versions } from './settle-names.ts';
import { type FileSurvey, locate, surveyFile, type SurveyMeans, type WorkerVersion } from './survey-file.ts';
import { findWorkerFiles } from './worker-files.ts';

/** What a keeper of users' workers goes by. */
export interface UserWorkersOptions extends SurveyMeans {
  /** Told whenever something else is in force, or the problems are others. */
  readonly onChange?: () => void;
  /** How long the folder must be quiet before it is read, in milliseconds. @default 150 */
  readonly quietMs?: number;
  /** How often to look for changes that no watch told of, in milliseconds. @default 5000 */
  readonly pollMs?: number;
}

/** One class of users' that can be run. */
export interface UserWorker {
  readonly name: string;
  /** Relative to the folder. */
  readonly file: string;
  /** Content hash of the file's version in force. */
  readonly hash: string;
}

const QUIET_MS = 150;
/** Each look at a changed file takes a thread. */
const SURVEYS_IN_FLIGHT = 2;
/** What was wrong with an unchanged file may have been elsewhere; it is not tried out again at every look. */
const KEEP_REFUSAL_MS = 30_000;

interface Refusal {
  readonly survey: FileSurvey;
  readonly at: number;
}

/** Keeps the users' periodic workers the same as their `*.worker.ts` files; of a file that breaks, the last good version stays. */
export class UserWorkers {
  readonly #options: UserWorkersOptions;
  readonly #follower: FolderFollower;
  #versions: Versions = new Map();
  #workers: ReadonlyMap<string, UserWorker> = new Map();
  #problems: readonly SourceProblem[] = [];
  #unknown = false;
  #told = '';
  readonly #refusals = new Map<string, Refusal>();

  constructor(options: UserWorkersOptions) {
    this.#options = options;
    const { folder, quietMs, pollMs, logger } = options;
    this.#follower = new FolderFollower({
      folder,
      find: async () => ((await findWorkerFiles(folder)) ?? []).map((file) => join(folder, file)),
      look: async () => this.#lookOrSay(),
      onWatchError: (error) => {
        logger.warn({ err: error }, "watching the workers' folder failed; changes are found by polling");
      },
      ...(quietMs === undefined ? {} : { quietMs }),
      ...(pollMs === undefined ? {} : { pollMs }),
    });
  }

  /** Those in force, by class name. */
  get workers(): ReadonlyMap<string, UserWorker> {
    return this.#workers;
  }

  /** What is wrong with the files as they are now. */
  get problems(): readonly SourceProblem[] {
    return this.#problems;
  }

  /** Whether a file that is there cannot be used and never could be: nobody knows which classes it holds. */
  get incomplete(): boolean {
    return this.#unknown;
  }

  /** Watches the folder and reads it for the first time. */
  async start(): Promise<void> {
    await this.#follower.start(async () => {
      this.#versions = await recallVersions(this.#options);
    });
  }

  /** Reads the folder now. */
  async check(): Promise<void> {
    await this.#follower.check();
  }

  async stop(): Promise<void> {
    await this.#follower.stop();
  }

  /** Where a thread finds the version of a class that is in force now. @returns undefined if there is no such class */
  async locate(name: string): Promise<CodeLocation | undefined> {
    const file = this.#workers.get(name)?.file;
    const version = file === undefined ? undefined : this.#versions.get(file);
    return version === undefined ? undefined : locate(version, this.#options);
  }

  async #lookOrSay(): Promise<Look> {
    try {
      return await this.#look();
    } catch (error) {
      this.#options.logger.error({ err: error }, "the workers' folder could not be read; it is tried again");
      throw error;
    }
  }

  async #look(): Promise<Look> {
    let surveys = await this.#survey();
    if ([...this.#workers.values()].some(({ file }) => surveys?.has(file) !== true)) {
      // Editors and git delete before they write: a file is gone only if it is still gone a moment later.
      await sleep(this.#options.quietMs ?? QUIET_MS);
      surveys = await this.#survey();
    }
    if (surveys === undefined) this.#tell([{ reason: `the folder ${this.#options.folder} is not there` }]);
    else await this.#putInForce(surveys);
    const inputs = [...(surveys?.values() ?? [])].flatMap((survey) => survey.inputs);
    return { inputs, again: this.#problems.length > 0 };
  }

  /** @returns undefined if the folder is not there */
  async #survey(): Promise<Map<string, FileSurvey> | undefined> {
    const files = await findWorkerFiles(this.#options.folder);
    if (files === undefined) return undefined;
    const surveys = new Map<string, FileSurvey>();
    await inFlight(SURVEYS_IN_FLIGHT, files, async (file) => {
      surveys.set(file, await this.#surveyFile(file));
    });
    return new Map(files.flatMap((file) => pair(file, surveys.get(file))));
  }

  async #surveyFile(file: string): Promise<FileSurvey> {
    const good = this.#versions.get(file);
    const refusal = this.#refusals.get(file);
    const bad = refusal !== undefined && Date.now() - refusal.at < KEEP_REFUSAL_MS ? refusal.survey : undefined;
    const survey = await surveyFile(file, this.#options, { good, bad });
    if (survey !== bad) this.#refusals.set(file, { survey, at: Date.now() });
    return survey;
  }

  async #putInForce(surveys: ReadonlyMap<string, FileSurvey>): Promise<void> {
    const kept = new Map([...this.#versions].filter(([file]) => surveys.has(file)));
    const wanted = new Map(
      [...surveys].flatMap(([file, { version }]) => pair<WorkerVersion>(file, version ?? kept.get(file))),
    );
    const { versions, problems: clashes } = settleNames(wanted, kept);
    this.#versions = versions;
    this.#workers = new Map(
      [...versions].flatMap(([file, { names, hash }]) => names.map((name) => [name, { name, file, hash }] as const)),
    );
    this.#unknown = [...surveys.keys()].some((file) => !versions.has(file));
    this.#tell([...[...surveys.values()].flatMap(({ problems }) => problems), ...clashes]);
    await rememberVersions(this.#options, versions);
  }

  #tell(problems: readonly SourceProblem[]): void {
    const { onChange, logger } = this.#options;
    const before = JSON.stringify(this.#problems);
    this.#problems = problems;
    if (before !== JSON.stringify(problems)) {
      for (const problem of problems) logger.error({ ...problem }, reportOf(problem));
      if (problems.length === 0) logger.info("all of the workers' files are usable again");
    }
    const state = JSON.stringify([[...this.#workers.values()], this.#unknown, problems]);
    if (state !== this.#told) onChange?.();
    this.#told = state;
  }
}

/** One problem in one line, for people. */
function reportOf({ file, line, column, reason }: SourceProblem): string {
  const place = line === undefined ? file : `${file}:${line}:${column ?? 1}`;
  return `${place ?? 'workers'}: ${reason}; what was in force stays`;
}

function pair<T>(file: string, value: T | undefined): [string, T][] {
  return value === undefined ? [] : [[file, value]];
}
