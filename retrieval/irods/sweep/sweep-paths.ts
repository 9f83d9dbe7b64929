import type { PathFilter } from '../../folder/globs.ts';
import { comesBefore, isWithin } from '../../folder/walk-order.ts';
import { openCollections, wantedPaths } from '../retrieval/path-filter.ts';
import type { SweepConfig } from './sweep-config.ts';

/** Which paths a sweep is about. */
export interface SweepPaths {
  /** What is walked, in the order of walking, none within another. */
  readonly roots: readonly string[];
  readonly isWanted: PathFilter;
  /** Whether a collection is entered. */
  readonly isOpen: PathFilter;
}

/** The name of the zone that a path lies in. */
export function zoneOf(path: string): string {
  return path.split('/', 2)[1] ?? '';
}

/** The collection that an object lies in. */
export function collectionOf(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf('/')));
}

/** The last name of a path. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The paths that a configuration is about. */
export function sweepPaths({ collections, include, exclude }: SweepConfig): SweepPaths {
  const roots = [...new Set(collections)]
    .filter((one) => !collections.some((other) => other !== one && isWithin(other, one)))
    .toSorted((a, b) => (comesBefore(a, b) ? -1 : 1));
  const zones = new Set(roots.map(zoneOf));
  const filters = new Map(
    [...zones].map((zone) => {
      const patterns = { zone, include, exclude };
      return [zone, { isWanted: wantedPaths(patterns), isOpen: openCollections(patterns) }];
    }),
  );
  return {
    roots,
    isWanted: (path) => filters.get(zoneOf(path))?.isWanted(path) ?? false,
    isOpen: (path) => filters.get(zoneOf(path))?.isOpen(path) ?? false,
  };
}
