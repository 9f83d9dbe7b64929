import { realpath } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fingerprint } from './fingerprint.ts';
import { FolderWatch } from './folder-watch.ts';

/** What a look at the folder found out about what to follow. */
export interface Look {
  /** Absolute paths of all files that matter, as far as known, also of missing ones. */
  readonly inputs: readonly string[];
  /** Whether it is looked at anew now and then, because what is wrong may lie outside those files. */
  readonly again: boolean;
}

/** How a folder of users' files is followed. */
export interface FollowerOptions {
  readonly folder: string;
  /** Absolute paths of the files that are in the folder at this moment. */
  readonly find: () => Promise<readonly string[]>;
  /** Acts on what is there; one look at a time. What it throws is its own affair: it is tried again at the next poll. */
  readonly look: () => Promise<Look>;
  /** Told when watching fails; changes are found by polling then. */
  readonly onWatchError: (error: unknown) => void;
  /** How long the folder must be quiet before it is read, in milliseconds. @default 150 */
  readonly quietMs?: number;
  /** How often to look for changes that no watch told of, in milliseconds. @default 5000 */
  readonly pollMs?: number;
}

const QUIET_MS = 150;
const POLL_MS = 5000;
/** A folder in which something is written all the time is read after so long nevertheless. */
const MAX_QUIET_WAIT_MS = 2000;
/** What a look waits for may be out of reach, and must not hold up the end of the process. */
const MAX_STOP_WAIT_MS = 3000;
/** What makes a folder unusable may lie outside the files that are watched; looked at anew every so many polls. */
const POLLS_PER_SECOND_LOOK = 12;

/** Looks at a folder of users' files whenever it, or a file elsewhere that they import, changes. */
export class FolderFollower {
  readonly #options: FollowerOptions;
  #watch: FolderWatch | undefined;
  #poll: NodeJS.Timeout | undefined;
  #quiet: NodeJS.Timeout | undefined;
  #pass: Promise<void> = Promise.resolve();
  #queued = false;
  #stopped = false;
  #looked: Look | undefined;
  #seen: string | undefined;
  #changedAt: number | undefined;
  #polls = 0;

  constructor(options: FollowerOptions) {
    this.#options = options;
  }

  /** Watches, and looks for the first time. `before` is done between the two. */
  async start(before: () => Promise<void> = async () => {}): Promise<void> {
    const { folder, onWatchError, pollMs = POLL_MS } = this.#options;
    this.#watch = new FolderWatch(await realpath(folder), () => this.#changed(), onWatchError);
    await this.#watch.ready();
    await before();
    await this.check();
    this.#poll = setInterval(() => void this.#lookForMissedChanges(), pollMs).unref();
  }

  /** Looks now, after a look under way. */
  async check(): Promise<void> {
    if (!this.#queued && !this.#stopped) {
      this.#queued = true;
      this.#pass = this.#lookAfter(this.#pass);
    }
    await this.#pass;
  }

  /** Stops watching; a look under way is finished, unless it takes too long. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#poll);
    clearTimeout(this.#quiet);
    await this.#watch?.close();
    await Promise.race([this.#pass, sleep(MAX_STOP_WAIT_MS, undefined, { ref: false })]);
  }

  async #lookAfter(previous: Promise<void>): Promise<void> {
    await previous;
    // From here on, a change needs a look of its own.
    this.#queued = false;
    this.#seen = undefined;
    try {
      this.#looked = await this.#options.look();
      this.#watch?.follow(this.#looked.inputs);
      this.#seen = await this.#fingerprint();
    } catch {
      // Without a fingerprint, the next poll looks again.
    }
  }

  #changed(): void {
    if (this.#stopped) return;
    const now = Date.now();
    this.#changedAt ??= now;
    const { quietMs = QUIET_MS } = this.#options;
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(
      () => {
        this.#changedAt = undefined;
        void this.check();
      },
      Math.max(0, Math.min(quietMs, this.#changedAt + MAX_QUIET_WAIT_MS - now)),
    );
  }

  async #lookForMissedChanges(): Promise<void> {
    this.#polls += 1;
    const again = this.#looked?.again === true && this.#polls % POLLS_PER_SECOND_LOOK === 0;
    const seen = await this.#fingerprint();
    if (again || seen === undefined || seen !== this.#seen) await this.check();
  }

  async #fingerprint(): Promise<string | undefined> {
    const files = await this.#options.find().catch((): string[] => []);
    return fingerprint([...files, ...(this.#looked?.inputs ?? [])], Date.now());
  }
}
