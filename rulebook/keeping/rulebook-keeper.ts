import { realpath, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../authoring/context.ts';
import { discoverRuleFiles } from '../bundling/discover.ts';
import { RulebookUnavailableError, RulesFolderMissingError } from '../errors.ts';
import type { DefinitionSummary, RuleProblem } from '../problem.ts';
import type { RulebookStore } from '../versions/rulebook-store.ts';
import { fingerprint } from './fingerprint.ts';
import { FolderWatch } from './folder-watch.ts';
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
/** A folder in which something is written all the time is read after so long nevertheless. */
const MAX_QUIET_WAIT_MS = 2000;
/** An unreachable jar must not hold up the end of the process. */
const MAX_STOP_WAIT_MS = 3000;
/** What makes a folder unusable may lie outside the files that are watched; looked at anew every so many polls. */
const POLLS_PER_SECOND_LOOK = 12;

/** Keeps the rulebook in force the same as the rules folder, as long as the folder makes a usable one. */
export class RulebookKeeper {
  readonly #options: KeeperOptions;
  readonly #logger: Log;
  #status: KeeperStatus = { definitions: [], problems: [], checkedAt: new Date(0).toISOString() };
  #watch: FolderWatch | undefined;
  #poll: NodeJS.Timeout | undefined;
  #quiet: NodeJS.Timeout | undefined;
  #pass: Promise<void> = Promise.resolve();
  #queued = false;
  #stopped = false;
  #inputs: readonly string[] = [];
  #seen: string | undefined;
  #changedAt: number | undefined;
  #polls = 0;
  /** The problems that were logged, and those that the jar's document holds, as JSON. */
  #logged = NONE;
  #reported = NONE;
  /** The version that the jar knows to be this folder's. */
  #noted: string | undefined;

  constructor(options: KeeperOptions) {
    this.#options = options;
    this.#logger = options.logger;
  }

  /**
   * Watches the folder and builds it for the first time. If it is broken, the version that was in force stays.
   * @throws RulesFolderMissingError
   */
  async start(): Promise<KeeperStatus> {
    const { rulesFolder, pollMs = 5000, store } = this.#options;
    const folder = await stat(rulesFolder).catch(() => undefined);
    if (folder?.isDirectory() !== true) throw new RulesFolderMissingError(rulesFolder);
    this.#watch = new FolderWatch(
      await realpath(rulesFolder),
      () => this.#changed(),
      (error) => this.#watchFailed(error),
    );
    await this.#watch.ready();
    await this.#adopt(store);
    await this.check();
    this.#poll = setInterval(() => void this.#lookForMissedChanges(), pollMs).unref();
    return this.#status;
  }

  /** What is in force, and what is wrong with the folder now. */
  status(): KeeperStatus {
    return this.#status;
  }

  /** Reads the folder now and puts it in force if it is usable. */
  async check(): Promise<KeeperStatus> {
    if (!this.#queued && !this.#stopped) {
      this.#queued = true;
      this.#pass = this.#keepAfter(this.#pass);
    }
    await this.#pass;
    return this.#status;
  }

  /** Stops watching; a pass under way is finished, unless it waits for an unreachable jar. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#poll);
    clearTimeout(this.#quiet);
    await this.#watch?.close();
    await Promise.race([this.#pass, sleep(MAX_STOP_WAIT_MS, undefined, { ref: false })]);
  }

  async #keepAfter(previous: Promise<void>): Promise<void> {
    await previous;
    // From here on, a change needs a pass of its own.
    this.#queued = false;
    await this.#keep();
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

  #changed(): void {
    if (this.#stopped) return;
    const now = Date.now();
    this.#changedAt ??= now;
    const { quietMs = 150 } = this.#options;
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(
      () => {
        this.#changedAt = undefined;
        void this.check();
      },
      Math.max(0, Math.min(quietMs, this.#changedAt + MAX_QUIET_WAIT_MS - now)),
    );
  }

  #watchFailed(error: unknown): void {
    this.#logger.warn(`watching the rules folder: ${String(error)}; changes are found by polling`);
  }

  async #lookForMissedChanges(): Promise<void> {
    this.#polls += 1;
    const again = this.#status.problems.length > 0 && this.#polls % POLLS_PER_SECOND_LOOK === 0;
    const seen = await this.#fingerprint();
    if (again || seen === undefined || seen !== this.#seen) await this.check();
  }

  async #fingerprint(): Promise<string | undefined> {
    const { rulesFolder } = this.#options;
    const files = await discoverRuleFiles(rulesFolder).catch((): string[] => []);
    return fingerprint([...files.map((file) => join(rulesFolder, file)), ...this.#inputs], Date.now());
  }

  async #keep(): Promise<void> {
    try {
      const survey = await surveyFolder(this.#options, this.#status.current);
      this.#inputs = [...survey.inputs, ...survey.missing];
      this.#watch?.follow(this.#inputs);
      // First in memory, so that an unreachable jar does not hide them.
      this.#status = { ...this.#status, problems: survey.problems };
      await this.#putInForce(survey);
      await this.#report(survey);
      this.#seen = await this.#fingerprint();
    } catch (error) {
      this.#logger.error(`the rules folder could not be read: ${String(error)}`);
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
