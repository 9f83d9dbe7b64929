import { stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { FolderFollower, type Look } from '../../bundling/folder-follower.ts';
import type { Log } from '../authoring/context.ts';
import { RulebookUnavailableError, RulesFolderMissingError } from '../errors.ts';
import type { DefinitionSummary, RuleProblem } from '../problem.ts';
import { discoverRuleFiles } from '../rule-files.ts';
import type { RulebookStore } from '../versions/rulebook-store.ts';
import { type Survey, surveyFolder } from './survey-folder.ts';

/** What a keeper works with. */
export interface KeeperOptions {
  readonly store: RulebookStore;
  readonly rulesFolder: string;
  /** Where bundles are written to be tried out, e.g. `<home>/rulebooks`. */
  readonly cacheFolder: string;
  readonly logger: Log;
  /** Names this machine among those that share the jar. @default the host's name */
  readonly host?: string;
  /** How long the folder must be quiet before it is read, in milliseconds. @default 150 */
  readonly quietMs?: number;
  /** How often to look for changes that no watch told of, in milliseconds. @default 5000 */
  readonly pollMs?: number;
  /** How long the top level of all files may take, in milliseconds. @default 10000 */
  readonly loadTimeoutMs?: number;
}

/** What a keeper knows of its folder. */
export interface KeeperStatus {
  /** Content hash of the version in force; absent before there is one. */
  readonly current?: string;
  /** The definitions of the version in force. */
  readonly definitions: readonly DefinitionSummary[];
  /** Why the folder as it is now did not come into force; empty where it did. */
  readonly problems: readonly RuleProblem[];
  /** ISO instant. */
  readonly checkedAt: string;
}

const NONE = '[]';

/** Keeps the rulebook in force the same as the rules folder, as long as the folder makes a usable one. */
export class RulebookKeeper {
  readonly #options: KeeperOptions;
  readonly #logger: Log;
  readonly #follower: FolderFollower;
  #status: KeeperStatus = { definitions: [], problems: [], checkedAt: new Date(0).toISOString() };
  /** The problems that were logged, and those that the jar's document holds, as JSON. */
  #logged = NONE;
  #reported = NONE;
  /** The version that the jar knows to be this folder's. */
  #noted: string | undefined;

  constructor(options: KeeperOptions) {
    this.#options = options;
    this.#logger = options.logger;
    const { rulesFolder: folder, quietMs, pollMs } = options;
    this.#follower = new FolderFollower({
      folder,
      find: async () => (await discoverRuleFiles(folder)).map((file) => join(folder, file)),
      look: async () => this.#keep(),
      onWatchError: (error) => this.#watchFailed(error),
      ...(quietMs === undefined ? {} : { quietMs }),
      ...(pollMs === undefined ? {} : { pollMs }),
    });
  }

  /**
   * Watches the folder and builds it for the first time. If it is broken, the version that was in force stays.
   * @throws RulesFolderMissingError
   */
  async start(): Promise<KeeperStatus> {
    const { rulesFolder, store } = this.#options;
    const folder = await stat(rulesFolder).catch(() => undefined);
    if (folder?.isDirectory() !== true) throw new RulesFolderMissingError(rulesFolder);
    await this.#follower.start(async () => this.#adopt(store));
    return this.#status;
  }

  /** What is in force, and what is wrong with the folder now. */
  status(): KeeperStatus {
    return this.#status;
  }

  /** Reads the folder now and puts it in force if it is usable. */
  async check(): Promise<KeeperStatus> {
    await this.#follower.check();
    return this.#status;
  }

  /** Stops watching; a pass under way is finished, unless it waits for an unreachable jar. */
  async stop(): Promise<void> {
    await this.#follower.stop();
  }

  async #adopt(store: RulebookStore): Promise<void> {
    this.#reported = JSON.stringify((await store.problems())?.problems ?? []);
    const current = await store.current();
    if (current === undefined) return;
    try {
      const { definitions } = await store.load(current.hash);
      this.#status = { ...this.#status, current: current.hash, definitions };
    } catch (error) {
      if (!(error instanceof RulebookUnavailableError)) throw error;
      this.#logger.warn(`${error.message}; it is published again if the rules folder still holds it`);
    }
  }

  #watchFailed(error: unknown): void {
    this.#logger.warn(`watching the rules folder: ${String(error)}; changes are found by polling`);
  }

  async #keep(): Promise<Look> {
    try {
      const survey = await surveyFolder(this.#options, this.#status.current);
      // First in memory, so that an unreachable jar does not hide them.
      this.#status = { ...this.#status, problems: survey.problems };
      await this.#putInForce(survey);
      await this.#report(survey);
      return { inputs: [...survey.inputs, ...survey.missing], again: survey.problems.length > 0 };
    } catch (error) {
      this.#logger.error(`the rules folder could not be read: ${String(error)}`);
      throw error;
    }
  }

  async #putInForce({ bundle, definitions }: Survey): Promise<void> {
    if (bundle === undefined) return;
    const { store, rulesFolder: folder, host = hostname() } = this.#options;
    const { hash } = bundle;
    if (hash !== this.#status.current) {
      if (await this.#wasOvertaken(hash, host)) return;
      await store.publish(bundle, definitions, new Date().toISOString());
      this.#status = { ...this.#status, current: hash, definitions };
      this.#logger.info('rulebook in force', { rulebook: hash, definitions: definitions.length });
    }
    if (this.#noted !== hash) await store.notePublished(host, { folder, hash });
    this.#noted = hash;
  }

  /** A process that only starts again, its folder unchanged, does not bring back what another has replaced since. */
  async #wasOvertaken(hash: string, host: string): Promise<boolean> {
    if (this.#status.current === undefined) return false;
    const last = await this.#options.store.publishedBy(host);
    return last?.folder === this.#options.rulesFolder && last.hash === hash;
  }

  async #report({ problems }: Survey): Promise<void> {
    const checkedAt = new Date().toISOString();
    this.#status = { ...this.#status, problems, checkedAt };
    const text = JSON.stringify(problems);
    if (text !== this.#logged) this.#log(problems);
    this.#logged = text;
    if (text === this.#reported) return;
    await this.#options.store.reportProblems(problems, checkedAt);
    this.#reported = text;
  }

  #log(problems: readonly RuleProblem[]): void {
    for (const problem of problems)
      this.#logger.error(`the last good rulebook stays in force: ${problem.reason}`, { ...problem });
    if (problems.length === 0) this.#logger.info('the rules folder is usable again');
  }
}
