import type { DocumentFeed, Documents } from '../cookiejar/cookie-jar.ts';
import { type ErrandNote, errandNotes, removeNote } from '../cookiejar/errands.ts';
import { inFlight } from '../periodic/in-flight.ts';
import type { ReconcilerBook, ReconcilerReport } from './reconciler-state.ts';
import type { Suspect, Suspects } from './suspects.ts';
import type { Watch } from './watch.ts';

/** Suspects are kept up to here; the changes behind wait until some of these are done. */
const MAX_SUSPECTS = 100_000;

/** After so many changes it is noted how far they were read, so that a run that is repeated begins there. */
const CHANGES_BETWEEN_NOTES = 20_000;

/** So many are looked at closely, and then taken up, at a time. */
const AT_ONCE = 500;
const TAKEN_UP_IN_FLIGHT = 20;

/** A longer grace is not waited for within a run: the next one comes. */
const LONGEST_WAIT_MS = 2 * 60_000;

/** Who is on an errand has said so again after this. */
const ERRAND_WAIT_MS = 30_000;

/** Timers may be early by the clock. */
const TIMER_SLACK_MS = 20;

/** What a look works with. */
export interface LookParts {
  readonly watches: readonly Watch[];
  readonly documents: Documents;
  readonly feed: Pick<DocumentFeed, 'changes'>;
  readonly book: ReconcilerBook;
  /** How long something must have been left alone before it counts as lost, in milliseconds. */
  readonly graceMs: number;
  readonly now: () => number;
  /** Rejects when the signal is aborted. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<unknown>;
  readonly signal: AbortSignal;
  /** Called often. */
  readonly beat: () => void;
  /** Told what was lost, before it is taken up. */
  readonly onFound: (ids: readonly string[]) => void;
  readonly maxSuspects?: number;
}

/** What a look came to. */
export interface LookResult extends ReconcilerReport {
  /** What is not done, lost or not. */
  readonly unfinished: number;
}

/**
 * Finds what is lost: not done, and nothing at it, for the whole grace. What is not done is known from the changes; what
 * has not changed need not be read again, only whether something is at it. May be repeated from anywhere.
 */
export class Look {
  readonly #parts: LookParts;
  readonly #suspects: Suspects;
  #position: string | undefined;
  #report: ReconcilerReport;

  constructor(parts: LookParts, state: Awaited<ReturnType<ReconcilerBook['read']>>) {
    this.#parts = parts;
    this.#suspects = state.suspects;
    this.#position = state.position;
    this.#report = { ...state.report, checked: 0, found: 0 };
  }

  async make(): Promise<LookResult> {
    await this.#follow();
    await this.#note();
    const before = await errandNotes(this.#parts.documents);
    let left = await this.#unattended([...this.#suspects]);
    const hasWaited = left.length > 0 && (await this.#waitFor(left, before));
    const errands = await this.#errands(before, hasWaited);
    left = left.filter((suspect) => this.#isRipe(suspect) && !this.#mayBeFetched(suspect, errands));
    for (let from = 0; from < left.length; from += AT_ONCE) await this.#takeUp(left.slice(from, from + AT_ONCE));
    this.#report = { ...this.#report, lastRun: new Date(this.#parts.now()).toISOString() };
    await this.#note();
    return { ...this.#report, unfinished: this.#suspects.size };
  }

  /** Reads what has changed, and which of it is not done. */
  async #follow(): Promise<void> {
    const { feed, maxSuspects = MAX_SUSPECTS } = this.#parts;
    let unnoted = 0;
    if (this.#suspects.size >= maxSuspects) await this.#lookAgain();
    if (this.#suspects.size >= maxSuspects) return;
    for await (const { position, changes } of feed.changes(this.#position)) {
      this.#goOn();
      for (const watch of this.#parts.watches) await this.#lookAt(watch, changes);
      this.#position = position;
      unnoted += changes.length;
      if (this.#suspects.size >= maxSuspects) return;
      if (unnoted < CHANGES_BETWEEN_NOTES) continue;
      await this.#note();
      unnoted = 0;
    }
  }

  /** Where the changes are not read, what has got on is not known from them. */
  async #lookAgain(): Promise<void> {
    const changes = Array.from(this.#suspects, ({ id }) => ({ id, deleted: false }));
    for (let from = 0; from < changes.length; from += AT_ONCE) {
      this.#goOn();
      for (const watch of this.#parts.watches) await this.#lookAt(watch, changes.slice(from, from + AT_ONCE));
    }
  }

  async #lookAt(watch: Watch, changes: readonly { readonly id: string; readonly deleted: boolean }[]): Promise<void> {
    const { prefix } = watch;
    const ids = changes.map(({ id }) => id).filter((id) => id.startsWith(prefix));
    if (ids.length === 0) return;
    const now = this.#parts.now();
    const unfinished = await watch.unfinished(ids.map((id) => id.slice(prefix.length)));
    for (const id of ids) this.#suspects.note(id, unfinished.get(id.slice(prefix.length)), now);
    this.#report = { ...this.#report, checked: this.#report.checked + ids.length };
  }

  async #unattended(suspects: readonly Suspect[]): Promise<Suspect[]> {
    const found: Suspect[] = [];
    for (const watch of this.#parts.watches) {
      const { prefix } = watch;
      const own = suspects.filter(({ id }) => id.startsWith(prefix));
      this.#goOn();
      const names = new Set(
        own.length === 0 ? [] : await watch.unattended(own.map(({ id }) => id.slice(prefix.length))),
      );
      found.push(...own.filter(({ id }) => names.has(id.slice(prefix.length))));
    }
    return found;
  }

  /** Waits for the grace of those that nothing is at, and to see whether announcements are kept up. */
  async #waitFor(left: readonly Suspect[], notes: readonly ErrandNote[]): Promise<boolean> {
    const { graceMs, sleep, signal } = this.#parts;
    if (graceMs === 0 || (notes.length === 0 && left.every((suspect) => this.#isRipe(suspect)))) return false;
    const enough = notes.length === 0 ? graceMs + TIMER_SLACK_MS : Math.max(graceMs, ERRAND_WAIT_MS);
    await sleep(Math.min(enough, LONGEST_WAIT_MS), signal);
    return true;
  }

  /** The errands that somebody is on. Who has not said so again while we waited is gone. */
  async #errands(before: readonly ErrandNote[], hasWaited: boolean): Promise<readonly ErrandNote[]> {
    const { documents, graceMs } = this.#parts;
    if (graceMs === 0) return [];
    const now = await errandNotes(documents);
    if (!hasWaited) return now;
    const given = now.filter(({ id, beat }) => before.some((note) => note.id === id && note.beat === beat));
    for (const { id } of given) await removeNote(documents, id);
    return now.filter((note) => !given.includes(note));
  }

  #isRipe({ seen }: Suspect): boolean {
    return seen <= this.#parts.now() - this.#parts.graceMs;
  }

  /** Whether somebody stored it who is still waking what was stored. */
  #mayBeFetched({ id, seen }: Suspect, errands: readonly ErrandNote[]): boolean {
    const { watches, graceMs } = this.#parts;
    const watch = watches.find(({ prefix }) => id.startsWith(prefix));
    // Their clock may be ahead of ours.
    return watch?.isAnnounced === true && errands.some(({ since }) => Date.parse(since) <= seen + graceMs);
  }

  /**
   * First whether something is at it, then whether it is done: something that was at it and has ended in between has
   * left it done.
   */
  async #takeUp(suspects: readonly Suspect[]): Promise<void> {
    const { watches, now, onFound } = this.#parts;
    const unattended = await this.#unattended(suspects);
    for (const watch of watches) {
      const { prefix } = watch;
      const own = unattended.filter(({ id }) => id.startsWith(prefix));
      if (own.length === 0) continue;
      const unfinished = await watch.unfinished(own.map(({ id }) => id.slice(prefix.length)));
      for (const { id } of own) this.#suspects.note(id, unfinished.get(id.slice(prefix.length)), now());
      const lost = own.filter(({ id, mark }) => unfinished.get(id.slice(prefix.length)) === mark);
      if (lost.length === 0) continue;
      onFound(lost.map(({ id }) => id));
      await inFlight(TAKEN_UP_IN_FLIGHT, lost, async (suspect) => {
        this.#parts.signal.throwIfAborted();
        await watch.takeUp(suspect.id.slice(prefix.length));
        this.#suspects.renew(suspect, now());
      });
      const { found, foundInAll } = this.#report;
      this.#report = { ...this.#report, found: found + lost.length, foundInAll: foundInAll + lost.length };
      this.#goOn();
    }
  }

  #goOn(): void {
    this.#parts.signal.throwIfAborted();
    this.#parts.beat();
  }

  async #note(): Promise<void> {
    this.#goOn();
    await this.#parts.book.write({ position: this.#position, suspects: this.#suspects, report: this.#report });
  }
}
