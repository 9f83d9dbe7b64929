import type { Update } from '../update-source.ts';
import type { DataRow, MetadataRow } from './catalogue-rows.ts';

interface Changes {
  readonly replicas: Map<number, DataRow>;
  readonly values: Map<string, Set<string>>;
  /** The newest row says where the object lies. */
  newest: DataRow | MetadataRow;
}

/**
 * What rows say of each object they are about, whatever order they come in and however often. Objects are told apart by
 * their ids, as paths change.
 */
export class ObjectChanges {
  readonly #objects = new Map<string, Changes>();

  /** How many objects the rows so far are about. */
  get size(): number {
    return this.#objects.size;
  }

  /** Takes a replica; of two rows about the same one the newer counts. */
  addData(row: DataRow): void {
    const { replicas } = this.#changesOf(row);
    const known = replicas.get(row.replica);
    if (known === undefined || isNewer(row, known)) replicas.set(row.replica, row);
  }

  /** Takes an AVU. */
  addMetadata(row: MetadataRow): void {
    const { values } = this.#changesOf(row);
    const known = values.get(row.attribute) ?? new Set<string>();
    values.set(row.attribute, known.add(row.value));
  }

  /** One update for each object, with the newest row's time stamp, oldest first. */
  updates(): Update[] {
    return [...this.#objects.values()]
      .toSorted((a, b) => a.newest.modified - b.newest.modified || compare(a.newest.dataId, b.newest.dataId))
      .map(toUpdate);
  }

  #changesOf(row: DataRow | MetadataRow): Changes {
    const known = this.#objects.get(row.dataId);
    if (known !== undefined) {
      if (isNewer(row, known.newest)) known.newest = row;
      return known;
    }
    const changes: Changes = { replicas: new Map(), values: new Map(), newest: row };
    this.#objects.set(row.dataId, changes);
    return changes;
  }
}

const MS_PER_SECOND = 1000;
/** The jar takes no such key, and one attribute's name must not stop a retrieval. */
const UNUSABLE_KEY = '__proto__';

function toUpdate({ replicas, values, newest }: Changes): Update {
  const attributes = [...values].filter(([attribute]) => attribute !== UNUSABLE_KEY);
  return {
    target: newest.path,
    timestamp: new Date(newest.modified * MS_PER_SECOND).toISOString(),
    metadata: {
      data_id: newest.dataId,
      modified_metadata: Object.fromEntries(
        attributes.toSorted(([a], [b]) => compare(a, b)).map(([name, set]) => [name, [...set].toSorted(compare)]),
      ),
      modified_replicas: [...replicas.values()]
        .toSorted((a, b) => a.replica - b.replica)
        .map(({ replica, checksum, upToDate }) => ({ number: replica, checksum, up_to_date: upToDate })),
    },
  };
}

/** Rows of the same second are told apart by what they say, so that their order does not matter. */
function isNewer(row: DataRow | MetadataRow, than: DataRow | MetadataRow): boolean {
  if (row.modified !== than.modified) return row.modified > than.modified;
  return compare(contentOf(row), contentOf(than)) > 0;
}

function contentOf(row: DataRow | MetadataRow): string {
  if ('replica' in row) return JSON.stringify([row.path, row.replica, row.checksum, row.upToDate]);
  return JSON.stringify([row.path]);
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
