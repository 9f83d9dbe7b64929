import { WaitingLine } from './waiting-line.ts';

/** How much is under way, and how much should be at most. */
export interface Load {
  readonly underWay: number;
  readonly limit: number;
}

/** How a {@link Governor} looks, and how time passes. */
export interface GovernorOptions {
  /** Asks how much is under way. It may be a moment behind; where it fails, nothing is known. */
  readonly read: () => Promise<Load>;
  /** Milliseconds on a clock that never goes back. */
  readonly now?: () => number;
  readonly pause?: (ms: number) => Promise<void>;
}

/** How long what was read is good for. */
const FRESH_MS = 100;
/** What is started shows in what is read so much later; on an idle server it takes 1 to 25 ms. */
const LAG_MS = 100;
/** Where nothing can be read, so long passes between two that are let through. */
const BLIND_MS = 1000;

/**
 * Lets work that comes in bulk begin only while little enough is under way, whoever began it. It waits for the end of
 * nothing in particular: whatever ends makes room, and where nobody can say how much there is, a few go on to find out.
 */
export class Governor {
  readonly #read: () => Promise<Load>;
  readonly #now: () => number;
  readonly #pause: (ms: number) => Promise<void>;
  readonly #line = new WaitingLine();
  /** When those were begun that a next reading may not show, in order. */
  #begun: number[] = [];
  #load: (Load & { readonly readAt: number }) | undefined;
  #looking = false;

  constructor({ read, now = () => performance.now(), pause = sleep }: GovernorOptions) {
    this.#read = read;
    this.#now = now;
    this.#pause = pause;
  }

  /**
   * Resolves when one of many may begin; first come, first served.
   * @throws the signal's reason
   */
  async admit(signal?: AbortSignal): Promise<void> {
    const turn = this.#line.join(signal);
    void this.#look();
    return turn;
  }

  /** Takes note of one that begins without asking. */
  note(): void {
    this.#begun.push(this.#now());
    // No reading that is fresh enough to be used can miss what was begun before that.
    this.#forgetBegun(this.#now() - FRESH_MS - LAG_MS);
  }

  /** There is one look at a time, for as long as anybody waits. */
  async #look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      while (this.#line.length > 0) await this.#pause(await this.#admitSome());
    } finally {
      this.#looking = false;
    }
  }

  /** @returns how long to wait until the next look, in milliseconds */
  async #admitSome(): Promise<number> {
    const load = await this.#currentLoad();
    if (load === undefined) {
      this.#admitNext();
      return BLIND_MS;
    }
    for (let room = load.limit - load.underWay - this.#begun.length; room > 0 && this.#line.length > 0; room--) {
      this.#admitNext();
    }
    return this.#line.length === 0 ? 0 : FRESH_MS;
  }

  async #currentLoad(): Promise<Load | undefined> {
    const readAt = this.#now();
    if (this.#load !== undefined && readAt - this.#load.readAt < FRESH_MS) return this.#load;
    try {
      this.#load = { ...(await this.#read()), readAt };
      this.#forgetBegun(readAt - LAG_MS);
      return this.#load;
    } catch {
      // Whoever is let through tells what is the matter.
      return undefined;
    }
  }

  #admitNext(): void {
    if (this.#line.admitNext()) this.note();
  }

  #forgetBegun(before: number): void {
    const first = this.#begun.findIndex((at) => at >= before);
    this.#begun = first === -1 ? [] : this.#begun.slice(first);
  }
}

async function sleep(ms: number): Promise<void> {
  await new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
