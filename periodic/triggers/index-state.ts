import { z } from 'zod';
import type { JsonObject } from '../../cookiejar/json.ts';

/** A stretch of time whose sightings were counted. */
export interface CountedWindow {
  /** Exclusive; the empty text for all time. */
  readonly from: string;
  /** Inclusive. */
  readonly to: string;
  /** Absent where it cannot be relied on any more. */
  readonly count?: number;
  /** The run that counted one by one last; since then only what changed was added and taken away. */
  readonly recounted?: string;
}

/** Whose turn it is to change an index. */
interface Turn {
  readonly token: string;
  /** The same for all repetitions of a run. */
  readonly run: string;
  /** When its owner was heard of last, as ISO instant. */
  readonly heard: string;
}

/** An index of sightings, all but the sightings themselves. */
export interface IndexState {
  /** Which cookies these are, for people who find the document. */
  readonly of: string;
  /** Sightings are made anew under another edition, where those of the one before are of no use. */
  readonly edition: number;
  /** Editions before this one are removed. */
  readonly swept: number;
  /** Of the jar's changes; everything up to here is in the index. */
  readonly position?: string;
  /** How far the index has been made from all cookies; then it follows the changes since `position`. */
  readonly building?: { readonly position: string; readonly after?: string };
  /** Sightings after this instant are kept; the empty text for all. */
  readonly keptFrom: string;
  /** The newest instant that was asked about. */
  readonly asked: string;
  /** What is asked for, by length in ms. */
  readonly windows: Readonly<Record<string, CountedWindow>>;
  readonly turn?: Turn;
}

const windowSchema = z.object({
  from: z.string(),
  to: z.string(),
  count: z.number().exactOptional(),
  recounted: z.string().exactOptional(),
});

const stateSchema = z.object({
  of: z.string(),
  edition: z.number(),
  swept: z.number(),
  position: z.string().exactOptional(),
  building: z.object({ position: z.string(), after: z.string().exactOptional() }).exactOptional(),
  keptFrom: z.string(),
  asked: z.string(),
  windows: z.record(z.string(), windowSchema),
  turn: z.object({ token: z.string(), run: z.string(), heard: z.string() }).exactOptional(),
});

/** Undefined where there is no index yet, or one that cannot be read. */
export function parseState(body: JsonObject | undefined): IndexState | undefined {
  return stateSchema.safeParse(body).data;
}

/** The document's body. */
export function stateBody({ turn, building, windows, ...rest }: IndexState): JsonObject {
  const plain = Object.entries(windows).map(([length, window]) => [length, { ...window }] as const);
  return {
    ...rest,
    windows: Object.fromEntries(plain),
    ...(building && { building: { ...building } }),
    ...(turn && { turn: { ...turn } }),
  };
}

/** The state of an index that is to be made anew. */
export function nextEdition(before: IndexState, keptFrom = before.keptFrom): IndexState {
  const { position: _, building: __, ...state } = before;
  return { ...state, edition: state.edition + 1, keptFrom, windows: uncounted(state.windows) };
}

/** Windows that are to be counted one by one. */
export function uncounted(windows: IndexState['windows']): IndexState['windows'] {
  return Object.fromEntries(Object.entries(windows).map(([length, { from, to }]) => [length, { from, to }]));
}

/** The later one of two ISO instants. */
export function later(one: string, other: string): string {
  return one > other ? one : other;
}
