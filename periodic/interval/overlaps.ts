import type { Alternative } from './alternatives.ts';
import { DAY, type Day } from './clock.ts';
import { intersect, normalize, type Range, type Ranges } from './ranges.ts';
import { everyKindOfDay } from './walk.ts';
import type { Window, Windows } from './windows.ts';

/**
 * Whether windows of two alternatives are ever open at once, so that in Rocketry a run by one keeps the other from
 * running. Windows of cron are minutes of the clock: where two of them meet they are the same.
 */
export function quietEachOther({ recurrence: a }: Alternative, { recurrence: b }: Alternative): boolean {
  if (a.kind === 'every' || b.kind === 'every') return true;
  if (a.kind === 'cron' && b.kind === 'cron') return false;
  return meet(a.windows, b.windows);
}

function meet(a: Windows, b: Windows): boolean {
  const [openA, openB] = [new Coverage(a), new Coverage(b)];
  for (const day of everyKindOfDay()) {
    if (intersect(openA.next(day), openB.next(day)).length > 0) return true;
  }
  return false;
}

/** The seconds of one day after the other in which a window is open. */
class Coverage {
  readonly #windows: Windows;
  readonly #known = new Map<readonly Window[], Ranges>();
  #openUntil = 0;

  constructor(windows: Windows) {
    this.#windows = windows;
  }

  next(day: Day): Ranges {
    const opened = this.#windows(day);
    const ranges = this.#openUntil > 0 ? normalize([[0, this.#openUntil], ...edges(opened)]) : this.#normalized(opened);
    this.#openUntil = Math.max(this.#openUntil, opened.at(-1)?.to ?? 0) - DAY;
    return ranges;
  }

  #normalized(opened: readonly Window[]): Ranges {
    const known = this.#known.get(opened) ?? normalize(edges(opened));
    this.#known.set(opened, known);
    return known;
  }
}

function edges(windows: readonly Window[]): Range[] {
  return windows.map(({ from, to }) => [from, to]);
}
