import type { Documents } from '../../cookiejar/cookie-jar.ts';
import type { CountedWindow, IndexState } from './index-state.ts';
import type { SightingIds } from './sighting-ids.ts';
import type { Noted } from './sightings.ts';
import type { AskedWindow } from './window.ts';

/** Counting one by one is done again after so long: a safeguard. */
const RECOUNT_MS = 7 * 24 * 60 * 60 * 1000;

/** What a counter works with. */
export interface CounterParts {
  readonly documents: Documents;
  readonly ids: SightingIds;
  /** Called for every sighting that is looked at: it may throw to stop. */
  readonly step: () => void;
}

/** Counts sightings by their ids; what was counted before is only brought up to date. */
export class SightingCounter {
  readonly #parts: CounterParts;
  readonly #windows: Map<string, CountedWindow>;

  /** @param counted what was counted before, of sightings as they were then */
  constructor(parts: CounterParts, counted: IndexState['windows']) {
    this.#parts = parts;
    this.#windows = new Map(Object.entries(counted));
  }

  /** What was counted, by the length of the window. */
  get windows(): IndexState['windows'] {
    return Object.fromEntries(this.#windows);
  }

  /** Takes into account what has changed. */
  adjust({ added, removed }: Noted): void {
    for (const [length, { count, ...window }] of this.#windows) {
      const within = (instant: string): boolean => window.from < instant && instant <= window.to;
      if (count === undefined) continue;
      const adjusted = count + added.filter(within).length - removed.filter(within).length;
      this.#windows.set(length, { ...window, count: adjusted });
    }
  }

  /** Counts anew from now on. */
  forget(): void {
    for (const [length, { from, to }] of this.#windows) this.#windows.set(length, { from, to });
  }

  /** Keeps in mind that a window is asked for. */
  remember({ length, from, to }: AskedWindow): void {
    this.#windows.set(length, { from, to });
  }

  /** How many were sighted within a window. */
  async count(edition: number, { length, from, to }: AskedWindow): Promise<number> {
    const known = this.#windows.get(length);
    const counted =
      (known && (await this.#slide(edition, known, { from, to }))) ??
      ({ from, to, count: await this.#between(edition, from, to), recounted: to } as const);
    this.#windows.set(length, counted);
    return counted.count;
  }

  /** The newest instant not after `to`, in an index that begins with the newest. */
  async newest(edition: number, to: string): Promise<string | undefined> {
    const { documents, ids } = this.#parts;
    for await (const id of documents.listIds(ids.sightings(edition), ids.before(edition, to))) {
      return ids.parse(edition, id).instant;
    }
    return undefined;
  }

  /** @returns undefined where the count from before is of no use */
  async #slide(
    edition: number,
    { count, recounted, ...known }: CountedWindow,
    { from, to }: { readonly from: string; readonly to: string },
  ): Promise<(CountedWindow & { readonly count: number }) | undefined> {
    if (count === undefined || recounted === undefined || to <= known.from || from >= known.to) return undefined;
    if (Math.abs(Date.parse(to) - Date.parse(recounted)) > RECOUNT_MS) return undefined;
    const entered = await this.#difference(edition, known.to, to);
    const left = await this.#difference(edition, known.from, from);
    return { from, to, count: count + entered - left, recounted };
  }

  /** How many more were sighted up to `to` than up to `from`; less than none where `to` is earlier. */
  async #difference(edition: number, from: string, to: string): Promise<number> {
    return from <= to ? this.#between(edition, from, to) : -(await this.#between(edition, to, from));
  }

  async #between(edition: number, from: string, to: string): Promise<number> {
    if (from === to) return 0;
    const { documents, ids, step } = this.#parts;
    const start = from === '' ? undefined : ids.after(edition, from);
    const end = ids.after(edition, to);
    let count = 0;
    for await (const id of documents.listIds(ids.sightings(edition), start)) {
      if (id > end) break;
      step();
      count += 1;
    }
    return count;
  }
}
