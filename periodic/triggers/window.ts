import type { CountedWindow, IndexState } from './index-state.ts';

/** A stretch of time before a run. */
export interface AskedWindow {
  /** Its length in ms, or `all`. */
  readonly length: string;
  /** Exclusive; the empty text for all time. */
  readonly from: string;
  /** Inclusive. */
  readonly to: string;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const ALL = 'all';
/** A length that nobody has asked for so long is in no worker's code any more. */
const FORGOTTEN_MS = 30 * DAY_MS;
/** Old sightings are removed once they are this part of what is kept, so not at every look. */
const WORTH_REMOVING = 1 / 10;

/** The `lengthMs` up to a moment; all time up to it by default. */
export function windowOf(at: Date, lengthMs?: number): AskedWindow {
  const to = at.toISOString();
  if (lengthMs === undefined) return { length: ALL, from: '', to };
  return { length: String(lengthMs), from: new Date(at.getTime() - lengthMs).toISOString(), to };
}

/**
 * From when on sightings are kept for a window: longer than it is, because a run that was due earlier may ask later,
 * or somebody for a window that is somewhat longer.
 */
export function keepFrom({ length, from }: AskedWindow): string {
  return length === ALL ? '' : new Date(Date.parse(from) - Number(length) - DAY_MS).toISOString();
}

/** The windows that are still asked for. */
export function withoutForgotten(windows: IndexState['windows'], at: Date): IndexState['windows'] {
  const isAsked = ({ to }: CountedWindow): boolean => at.getTime() - Date.parse(to) < FORGOTTEN_MS;
  return Object.fromEntries(Object.entries(windows).filter(([, window]) => isAsked(window)));
}

/** From when on sightings are worth keeping. */
export function keptFromFor({ windows, keptFrom, asked }: IndexState): string {
  const needed = Object.entries(windows).map(([length, window]) => keepFrom({ length, ...window }));
  const [oldest = keptFrom] = needed.toSorted();
  if (oldest <= keptFrom) return keptFrom;
  const superfluousMs = Date.parse(oldest) - (Date.parse(keptFrom) || 0);
  const isWorthIt = keptFrom === '' || superfluousMs > (Date.parse(asked) - Date.parse(oldest)) * WORTH_REMOVING;
  return isWorthIt ? oldest : keptFrom;
}
