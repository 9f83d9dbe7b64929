import { inFlight } from '../../../periodic/in-flight.ts';
import type { Update } from '../../update-source.ts';
import type { CollectionIds, Ids } from './collection-ids.ts';
import { type KnownObject, isUnchanged, saidIn } from './known-object.ts';
import type { MissingEntry, MissingObjects } from './missing-objects.ts';
import { type Changes, type ObjectState, NOTHING_KNOWN, changesBetween } from './object-state.ts';
import type { Repetitions } from './repetitions.ts';
import type { Statements } from './statements.ts';
import type { Finding, SweepCounts } from './sweep-counts.ts';
import { nameOf } from './sweep-paths.ts';
import type { ZoneReader } from './zone-reader.ts';

/** What the jar knows of the objects at some paths; nothing of those that are not in the map. */
export type ReadKnown = (paths: readonly string[]) => Promise<ReadonlyMap<string, KnownObject>>;

/** What an {@link ObjectComparison} works with. */
export interface ComparisonParts {
  readonly reader: ZoneReader;
  readonly readKnown: ReadKnown;
  readonly statements: Statements;
  readonly repetitions: Repetitions;
  /** Undefined where nothing is missing. */
  readonly missing: MissingObjects | undefined;
  readonly counts: SweepCounts;
}

/** Connections to iRODS in use at once. */
export const LISTINGS_IN_FLIGHT = 4;
/** How often an object is looked at again because the jar heard of it meanwhile. */
const TURNS = 3;

/** What is to be said of one object. */
interface Draft {
  readonly finding: Finding;
  readonly changes: Changes | undefined;
  readonly dataId: string | undefined;
  readonly before: RenamedBefore | undefined;
}

/** Where an object was. */
interface RenamedBefore {
  readonly entry: MissingEntry;
  /** What the jar knows of it under the old paths. */
  readonly known: readonly KnownObject[];
}

/** An object as it was found, beside what the jar knew before it was looked at. */
interface Seen {
  readonly path: string;
  readonly known: KnownObject | undefined;
  readonly found: ObjectState;
}

/**
 * Compares objects with what the jar knows of them. The jar is read before and after they are listed: what it knew all
 * the while was true before the listing, so that a listing without it means that it is gone. Without that, what a
 * retrieval brings in between would look like it.
 */
export class ObjectComparison {
  readonly #parts: ComparisonParts;

  constructor(parts: ComparisonParts) {
    this.#parts = parts;
  }

  /**
   * What there is to say of objects of one collection.
   * @throws IrodsError, or the signal's reason
   */
  async compare(paths: readonly string[], ids: CollectionIds): Promise<readonly Update[]> {
    const updates: Update[] = [];
    let open = paths;
    for (let turn = 1; open.length > 0 && turn <= TURNS; turn += 1) {
      const seen = await this.#look(open);
      const drafts = await this.#drafts(seen, ids);
      const after = await this.#parts.readKnown([...drafts.keys()]);
      open = [];
      for (const { path, known } of seen) {
        const draft = drafts.get(path);
        if (draft === undefined) updates.push(...this.#agreed(known));
        else if (isUnchanged(known, after.get(path))) updates.push(...(await this.#said(path, known, draft)));
        else open = [...open, path];
      }
    }
    this.#parts.counts.postponed += open.length;
    return updates;
  }

  async #look(paths: readonly string[]): Promise<readonly Seen[]> {
    const { reader, readKnown, counts } = this.#parts;
    const known = await readKnown(paths);
    const seen: Seen[] = [];
    await inFlight(LISTINGS_IN_FLIGHT, paths, async (path) => {
      const answer = await reader.object(path);
      if (answer.kind === 'found') seen.push({ path, known: known.get(path), found: answer.value });
      else counts.unreadable += 1;
    });
    return seen;
  }

  async #drafts(seen: readonly Seen[], ids: CollectionIds): Promise<ReadonlyMap<string, Draft>> {
    const known = seen.some(isSuspicious) ? await currentIds(seen, ids) : undefined;
    const dataIds = new Map(
      seen.map((one) => [one.path, isSuspicious(one) ? known?.get(nameOf(one.path)) : undefined]),
    );
    const before = await this.#renamedBefore(seen, dataIds);
    return new Map(
      seen.flatMap((one) => {
        const draft = draftOf(one, dataIds.get(one.path), before.get(one.path));
        return draft === undefined ? [] : [[one.path, draft] as const];
      }),
    );
  }

  /** Which of the objects were missing under other paths. */
  async #renamedBefore(
    seen: readonly Seen[],
    dataIds: ReadonlyMap<string, string | undefined>,
  ): Promise<ReadonlyMap<string, RenamedBefore>> {
    const { missing, readKnown, repetitions } = this.#parts;
    if (missing === undefined) return new Map();
    const idOf = ({ path, known }: Seen): string => dataIds.get(path) ?? known?.dataId ?? '';
    const entries = await missing.of(new Set(seen.map(idOf)));
    const known = await readKnown([...entries.values()].flatMap(({ paths }) => paths));
    return new Map(
      seen.flatMap((one) => {
        const entry = entries.get(idOf(one));
        const there = entry?.paths.flatMap((path) => (path === one.path ? [] : (known.get(path) ?? []))) ?? [];
        const moved = there.filter((old) =>
          old.gone
            ? repetitions.isDue(old) && saidIn(old.lastSaid, 'renamed_to') === one.path
            : old.dataId === entry?.dataId,
        );
        return entry === undefined || moved.length === 0 ? [] : [[one.path, { entry, known: moved }] as const];
      }),
    );
  }

  #agreed(known: KnownObject | undefined): readonly Update[] {
    const { counts, repetitions } = this.#parts;
    if (known === undefined || !repetitions.isDue(known)) {
      counts.agreed += 1;
      return [];
    }
    counts[findingOf(known)] += 1;
    return repetitions.of(known);
  }

  async #said(path: string, known: KnownObject | undefined, draft: Draft): Promise<readonly Update[]> {
    const { statements, counts, missing, repetitions } = this.#parts;
    const { finding, changes, dataId, before } = draft;
    counts[finding] += 1;
    if (before !== undefined) await missing?.found(before.entry, path);
    const old = (before?.known ?? []).flatMap((one) =>
      one.gone ? repetitions.of(one) : [statements.renamedTo(one, path)],
    );
    const renamedFrom = before?.known.at(-1)?.path;
    const wasSaid =
      known !== undefined && changes === undefined && saidIn(known.lastSaid, 'renamed_from') === renamedFrom;
    if (wasSaid && repetitions.isDue(known)) return [...old, ...repetitions.of(known)];
    const told = { dataId: dataId ?? known?.dataId, renamedFrom, isBack: known?.gone === true };
    return [...old, ...statements.state(path, known, changes, told)];
  }
}

/** Whether the object's id must be looked at, because it may be another object, or was not known. */
function isSuspicious({ known, found }: Seen): boolean {
  if (known === undefined || known.gone || known.dataId === undefined) return true;
  return changesBetween(known, found) !== undefined;
}

/** Those of an earlier moment will do unless they say of something that it is another object. */
async function currentIds(seen: readonly Seen[], ids: CollectionIds): Promise<Ids> {
  const early = await ids.get();
  const isOutdated = seen.filter(isSuspicious).some(({ path, known }) => {
    const id = early?.get(nameOf(path));
    return id === undefined || (known?.dataId !== undefined && known.dataId !== id);
  });
  return early !== undefined && isOutdated ? ids.refresh() : early;
}

function draftOf(
  { known, found }: Seen,
  dataId: string | undefined,
  before: RenamedBefore | undefined,
): Draft | undefined {
  const isThere = known !== undefined && !known.gone;
  const isSame = isThere && (dataId === undefined || known.dataId === undefined || known.dataId === dataId);
  const changes = changesBetween(isSame ? known : NOTHING_KNOWN, found);
  const learnsId = isThere && dataId !== undefined && known.dataId !== dataId;
  if (isSame && changes === undefined && !learnsId && before === undefined) return undefined;
  return { finding: findingFor(known, before), changes, dataId, before };
}

function findingFor(known: KnownObject | undefined, before: RenamedBefore | undefined): Finding {
  if (before !== undefined) return 'renamed';
  if (known === undefined) return 'new';
  return known.gone ? 'returned' : 'changed';
}

/** What a sweep that was broken off said of an object. */
function findingOf({ updates, lastSaid }: KnownObject): Finding {
  if (saidIn(lastSaid, 'renamed_from') !== undefined) return 'renamed';
  if (saidIn(lastSaid, 'deleted') === false) return 'returned';
  return updates.length === lastSaid.length ? 'new' : 'changed';
}
