import { BiscuitTin } from '../../cookiejar/biscuit-tin.ts';
import { COOKIE_PREFIX } from '../../cookiejar/head.ts';
import { Look, type LookResult } from '../../reconciling/look.ts';
import { ReconcilerBook } from '../../reconciling/reconciler-state.ts';
import type { Watch } from '../../reconciling/watch.ts';
import { MemoryDocuments } from '../support/jar-memory.ts';

export const GRACE_MS = 60_000;

/** What is processing a cookie: what it knew when it was judged, and whether it was woken since. */
interface Run {
  judged?: string;
  woken: boolean;
}

/** A wake that is still to come: by when, or with an errand that is announced. */
interface PendingWake {
  readonly dueAt: number;
  readonly errand?: string;
}

/** A jar in memory, and workflows as they would run beside it, on a clock of their own. */
export class World {
  readonly documents = new MemoryDocuments(7);
  readonly jar = new BiscuitTin(this.documents);
  readonly book = new ReconcilerBook(this.documents);
  readonly running = new Map<string, Run>();
  readonly pending = new Map<string, PendingWake[]>();
  /** Cookies that were lost, and what they knew then. */
  readonly lost = new Map<string, string>();
  readonly found: string[] = [];
  /** What was found though nothing was wrong. */
  readonly falseAlarms: string[] = [];
  now = Date.UTC(2026, 0, 5);
  /** Called wherever something else may happen while a look is under way. */
  meanwhile: () => Promise<void> = async () => {};
  /** What cookies knew when they were looked at last. */
  readonly #seen = new Map<string, string>();
  #count = 0;
  #job = 0;

  /** Stores something new. */
  async store(cookie: string): Promise<string> {
    this.#count++;
    const timestamp = new Date(this.now + this.#count).toISOString();
    const enrichments = [{ source: 'seen', timestamp, metadata: { n: this.#count } }];
    const [outcome] = await this.jar.enrich([{ identifier: cookie, enrichments }]);
    return outcome?.knowledge ?? '';
  }

  /** Stores something, and is killed before it wakes the cookie. */
  async storeAndLose(cookie: string): Promise<void> {
    const knowledge = await this.store(cookie);
    if (!this.running.has(cookie) && !this.pending.has(cookie)) this.lost.set(cookie, knowledge);
  }

  async storeAndWakeSoon(cookie: string): Promise<void> {
    this.#expect(cookie, { dueAt: this.now + GRACE_MS / 3 });
    await this.store(cookie);
  }

  /** Stores something; others are woken first, for longer than any grace. */
  async storeAndWakeLate(cookie: string): Promise<void> {
    const errand = `errand:${++this.#count}`;
    const since = new Date(this.now).toISOString();
    await this.documents.update(errand, () => ({ result: undefined, write: { since, beat: 1 } }));
    this.#expect(cookie, { dueAt: Infinity, errand });
    await this.store(cookie);
  }

  async wakePending(cookie: string): Promise<void> {
    for (const { errand } of this.pending.get(cookie) ?? []) {
      this.wake(cookie);
      if (errand !== undefined) await this.documents.update(errand, () => ({ result: undefined, remove: true }));
    }
    this.pending.delete(cookie);
  }

  wake(cookie: string): void {
    const run = this.running.get(cookie);
    if (run === undefined) this.running.set(cookie, { woken: false });
    else run.woken = true;
    this.lost.delete(cookie);
  }

  async judge(cookie: string): Promise<void> {
    const run = this.running.get(cookie);
    const [opened] = await this.jar.open([cookie]);
    if (run !== undefined && opened !== undefined) run.judged = opened.knowledge;
  }

  /** Settles what was judged; done unless it was woken meanwhile. */
  async settle(cookie: string): Promise<void> {
    const run = this.running.get(cookie);
    if (run?.judged === undefined) return;
    const at = new Date(this.now).toISOString();
    await this.jar.settle(cookie, { knowledge: run.judged, rulebook: 'book', job: `job-${++this.#job}`, at });
    if (this.running.get(cookie) !== run) return;
    if (run.woken) this.running.set(cookie, { woken: false });
    else {
      this.running.delete(cookie);
      await this.#noteIfLost(cookie);
    }
  }

  /** Its workflow ends before it has settled. */
  async crash(cookie: string): Promise<void> {
    if (this.running.delete(cookie)) await this.#noteIfLost(cookie);
  }

  async delete(cookie: string): Promise<void> {
    this.running.delete(cookie);
    await this.jar.delete(cookie);
    this.running.delete(cookie);
    this.lost.delete(cookie);
  }

  /** Time goes by: what is due happens, and whoever is on an errand says so. */
  async pass(ms: number): Promise<void> {
    const until = this.now + ms;
    const due = [...this.pending].filter(([, wakes]) => wakes.some(({ dueAt }) => dueAt <= until));
    for (const [cookie] of due) await this.wakePending(cookie);
    this.now = until;
    for (const wakes of this.pending.values()) {
      for (const { errand } of wakes) {
        if (errand === undefined) continue;
        await this.documents.update(errand, (body) =>
          body === undefined
            ? { result: undefined }
            : { result: undefined, write: { ...body, beat: Number(body['beat']) + 1 } },
        );
      }
    }
  }

  /** One look of the Reconciler. */
  async look(options: { graceMs?: number; signal?: AbortSignal; maxSuspects?: number } = {}): Promise<LookResult> {
    const { graceMs = GRACE_MS, signal = new AbortController().signal, maxSuspects } = options;
    const parts = {
      watches: [this.#watch()],
      documents: this.documents,
      feed: this.documents,
      book: this.book,
      graceMs,
      now: () => this.now,
      sleep: async (ms: number) => {
        signal.throwIfAborted();
        await this.pass(ms);
        await this.meanwhile();
        signal.throwIfAborted();
      },
      signal,
      beat: () => {},
      onFound: () => {},
      ...(maxSuspects === undefined ? {} : { maxSuspects }),
    };
    return new Look(parts, await this.book.read()).make();
  }

  /** Cookies that know something unsettled and that nothing is processing. */
  async abandoned(): Promise<string[]> {
    const all: string[] = [];
    for await (const cookie of this.jar.identifiers('')) all.push(cookie);
    return [...(await this.jar.unsettled(all)).keys()].filter((cookie) => !this.running.has(cookie));
  }

  #watch(): Watch {
    return {
      prefix: COOKIE_PREFIX,
      isAnnounced: true,
      unfinished: async (cookies) => {
        await this.meanwhile();
        const unfinished = await this.jar.unsettled(cookies);
        for (const [cookie, knowledge] of unfinished) this.#seen.set(cookie, knowledge);
        await this.meanwhile();
        return unfinished;
      },
      unattended: async (cookies) => {
        await this.meanwhile();
        const unattended = cookies.filter((cookie) => !this.running.has(cookie));
        await this.meanwhile();
        return unattended;
      },
      takeUp: async (cookie) => {
        this.found.push(cookie);
        const [opened] = await this.jar.open([cookie]);
        // What comes between the last look at it and this has a wake of its own.
        const isLost = this.lost.get(cookie) === this.#seen.get(cookie);
        if (!isLost && this.pending.has(cookie)) this.falseAlarms.push(`${cookie} is still to be woken`);
        if (!isLost && opened?.settled?.knowledge === opened?.knowledge) this.falseAlarms.push(`${cookie} is settled`);
        this.wake(cookie);
      },
    };
  }

  #expect(cookie: string, wake: PendingWake): void {
    this.pending.set(cookie, [...(this.pending.get(cookie) ?? []), wake]);
  }

  async #noteIfLost(cookie: string): Promise<void> {
    const [opened] = await this.jar.open([cookie]);
    if (opened === undefined || !opened.known || this.pending.has(cookie) || this.running.has(cookie)) return;
    if (opened.settled?.knowledge !== opened.knowledge) this.lost.set(cookie, opened.knowledge);
  }
}
