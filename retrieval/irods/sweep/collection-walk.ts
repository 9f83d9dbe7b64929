import { comesBefore, isWithin } from '../../folder/walk-order.ts';
import type { SweepPaths } from './sweep-paths.ts';
import type { ZoneReader } from './zone-reader.ts';

/** One collection with what lies in it. */
export interface WalkedCollection {
  readonly collection: string;
  /** Absolute paths of all objects in it, wanted or not, in order. */
  readonly objects: readonly string[];
  /** Absolute paths of the collections in it, entered or not. */
  readonly collections: ReadonlySet<string>;
}

/** How trees are walked. */
export interface WalkOptions {
  readonly reader: ZoneReader;
  readonly paths: SweepPaths;
  /** The last collection, in walking order, that needs no looking at any more. */
  readonly after: string | undefined;
  /** Told of collections whose contents cannot be had; nothing can be said of what lies below. */
  readonly onUnreadable?: (collection: string, reason: string) => void;
}

/**
 * Walks collection by collection, parents first, names in order. Holds one collection's contents, and the names of the
 * collections still ahead beside its ancestors.
 */
export async function* walkCollections(options: WalkOptions): AsyncGenerator<WalkedCollection> {
  for (const root of options.paths.roots) yield* walkTree(root, options);
}

async function* walkTree(root: string, options: WalkOptions): AsyncGenerator<WalkedCollection> {
  const { reader, paths, after, onUnreadable } = options;
  const ahead = paths.isOpen(root) ? [root] : [];
  for (let collection = ahead.pop(); collection !== undefined; collection = ahead.pop()) {
    const isDone = after !== undefined && !comesBefore(after, collection);
    if (isDone && !isWithin(collection, after)) continue;
    const answer = await reader.contents(collection);
    if (answer.kind !== 'found') {
      onUnreadable?.(collection, answer.error.message);
      continue;
    }
    const { objects, collections } = answer.value;
    for (const inner of collections.filter(paths.isOpen).toSorted(descending)) ahead.push(inner);
    if (!isDone) yield { collection, objects: objects.toSorted(), collections: new Set(collections) };
  }
}

function descending(a: string, b: string): number {
  return comesBefore(a, b) ? 1 : -1;
}
