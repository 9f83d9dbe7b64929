import type { TimeWindow } from '../specific-queries.ts';
import { type PerQuery, QUERIES, type Query } from './queries.ts';

/** A window to be read next, and by which queries. */
export interface PlannedWindow extends TimeWindow {
  readonly queries: readonly Query[];
}

/** What a plan goes by; seconds. */
export interface PlanBounds {
  /** After which seconds the queries are read. */
  readonly from: PerQuery<number>;
  /** Up to which second. */
  readonly upTo: number;
  /** The widest window. */
  readonly widest: number;
}

const HOUR = 60 * 60;
/** What is usually left to read after a night is read at once; more is tried out in steps. */
const FIRST_WIDTH = 12 * HOUR;
/** iRODS came out in 2006: before that there is next to nothing, so that it may well be one window. */
const FIRST_STAMPS = Date.UTC(2006, 0, 1) / 1000;

/**
 * Which window comes next, for two queries that need not have come equally far: both read the same windows, so that
 * what they say of an object is merged; one that lags behind catches up first. Windows become wider while they bring
 * little, and narrower when they bring too much.
 */
export class ReadingPlan {
  readonly #at: Record<Query, number>;
  readonly #upTo: number;
  readonly #failed = new Map<Query, unknown>();
  #widest: number;
  #width: number;

  constructor({ from, upTo, widest }: PlanBounds) {
    this.#at = { ...from };
    this.#upTo = upTo;
    this.#widest = widest;
    const start = Math.min(...QUERIES.map((query) => from[query]));
    this.#width = start < FIRST_STAMPS ? FIRST_STAMPS - start : Math.min(widest, FIRST_WIDTH);
  }

  /** Seconds up to which the queries were read in this run. */
  get position(): PerQuery<number> {
    return { ...this.#at };
  }

  /** What the first query to fail failed with; undefined if none did. */
  get failure(): unknown {
    return [...this.#failed.values()][0];
  }

  /** The next window; undefined when everything was read that can be. */
  next(): PlannedWindow | undefined {
    const open = QUERIES.filter((query) => this.#at[query] < this.#upTo && !this.#failed.has(query));
    if (open.length === 0) return undefined;
    const after = Math.min(...open.map((query) => this.#at[query]));
    const ahead = open.map((query) => this.#at[query]).filter((at) => at > after);
    const upTo = Math.min(after + this.#width, this.#upTo, ...ahead);
    return { after, upTo, queries: open.filter((query) => this.#at[query] === after) };
  }

  /** A window was read to its end by a query. */
  read(query: Query, { upTo }: PlannedWindow): void {
    this.#at[query] = upTo;
  }

  /** A query is not asked any more. */
  fail(query: Query, error: unknown): void {
    this.#failed.set(query, error);
  }

  /** A window was read by all that were asked. */
  proceed({ broughtLittle }: { readonly broughtLittle: boolean }): void {
    this.#width = Math.min(this.#widest, broughtLittle ? this.#width * 2 : this.#width);
  }

  /** A window brought too much. @returns false if there is no narrower one */
  narrow({ after, upTo }: PlannedWindow, divisor: number): boolean {
    if (upTo - after <= 1) return false;
    this.#width = Math.max(1, Math.floor((upTo - after) / divisor));
    return true;
  }

  /** A window took too long: windows do not become as wide again. @returns false if there is no narrower one */
  keepNarrow(window: PlannedWindow, divisor: number): boolean {
    if (!this.narrow(window, divisor)) return false;
    this.#widest = Math.min(this.#widest, this.#width);
    return true;
  }
}
