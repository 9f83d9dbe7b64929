import type { Documents } from '../../../cookiejar/cookie-jar.ts';
import { isIdentifier } from '../../../cookiejar/identifier.ts';
import type { JsonObject, JsonValue } from '../../../cookiejar/json.ts';
import { Pace } from '../../../pacing/pace.ts';
import { inFlight } from '../../../periodic/in-flight.ts';
import type { Update, UpdateSource } from '../../update-source.ts';
import { Bookmarks } from './bookmarks.ts';
import { CollectionIds } from './collection-ids.ts';
import { walkCollections } from './collection-walk.ts';
import { CollectionUnavailableError } from './errors.ts';
import { type KnownObject, isUnchanged, saidIn } from './known-object.ts';
import { type MissingEntry, MissingObjects } from './missing-objects.ts';
import { LISTINGS_IN_FLIGHT, ObjectComparison, type ReadKnown } from './object-comparison.ts';
import { Repetitions } from './repetitions.ts';
import { Statements } from './statements.ts';
import type { SweepConfig } from './sweep-config.ts';
import type { SweepCounts } from './sweep-counts.ts';
import { collectionOf, nameOf, type SweepPaths, sweepPaths } from './sweep-paths.ts';
import { Phase, type SweepPosition, positionBody, resumedPosition } from './sweep-position.ts';
import type { SweptZone } from './swept-zone.ts';
import { type ListIdentifiers, unlistedPaths } from './unlisted-paths.ts';
import { ZoneReader } from './zone-reader.ts';

/** What a {@link SweepSource} works with. */
export interface SweepSourceOptions {
  readonly config: SweepConfig;
  readonly worker: string;
  readonly zone: SweptZone;
  readonly documents: Documents;
  readonly readKnown: ReadKnown;
  readonly identifiers: ListIdentifiers;
  /** When the sweep started, the same however often it is repeated. */
  readonly startedAt: Date;
  /** When the last sweep that came to its end started. */
  readonly lastSuccess: string | undefined;
  /** A position of an earlier attempt. */
  readonly resumeFrom?: JsonValue | undefined;
  /** Called now and then. */
  readonly report: () => void;
  /** Told of what people should know. */
  readonly warn: (details: JsonObject, message: string) => void;
}

/** Objects compared between two bookmarks: some seconds' work. */
const OBJECTS_AT_ONCE = 100;
const REPORT_MS = 2000;
/** Somewhat longer than updates are gathered before they are delivered. */
const WAITING_MS = 1500;

/**
 * How collections differ from what the jar knows of them. First the names alone are compared, so that where an object
 * turns up under another path it is known where it is missing; then the objects; and at last it is said what is gone.
 */
export class SweepSource implements UpdateSource {
  readonly #options: SweepSourceOptions;
  readonly #paths: SweepPaths;
  readonly #missing: MissingObjects;
  readonly #repetitions: Repetitions;
  readonly #statements: Statements;
  readonly #bookmarks: Bookmarks<SweepPosition>;
  readonly #counts: SweepCounts;
  #given = 0;
  #waitingSince = 0;
  #lastGiven: Update | undefined;

  constructor(options: SweepSourceOptions) {
    const { config, documents, worker, startedAt, lastSuccess, resumeFrom, warn } = options;
    const sweep = startedAt.toISOString();
    this.#options = options;
    this.#paths = sweepPaths(config);
    this.#missing = new MissingObjects(documents, worker);
    this.#repetitions = new Repetitions(lastSuccess);
    this.#statements = new Statements(sweep, (path, reason) => {
      this.#counts.unusable += 1;
      warn({ path, reason }, 'the jar has no place for what an object has');
    });
    const position = resumedPosition(resumeFrom, sweep);
    this.#bookmarks = new Bookmarks(position);
    this.#counts = { ...position.counts };
  }

  /** `since` is of no account: all is compared. */
  async *updatesSince(_since: string | undefined, signal: AbortSignal): AsyncGenerator<Update> {
    const reporting = setInterval(() => this.#options.report(), REPORT_MS);
    try {
      const { zone, config } = this.#options;
      const pace = new Pace({ perSecond: config.rate });
      const reader = new ZoneReader({ zone, pace, signal, probe: this.#paths.roots[0] ?? '/' });
      yield* this.#sweep(reader, this.#bookmarks.place);
    } finally {
      clearInterval(reporting);
    }
  }

  async delivered(count: number): Promise<void> {
    await this.#bookmarks.reach(count);
  }

  position(): JsonValue {
    return positionBody(this.#bookmarks.place);
  }

  progress(): JsonObject {
    return { ...this.#counts };
  }

  async *#sweep(reader: ZoneReader, begin: SweepPosition): AsyncGenerator<Update> {
    await this.#checkRoots(reader);
    if (begin.phase === Phase.Names) {
      await this.#findMissing(reader, begin);
      await this.#mark({ phase: Phase.Objects });
    }
    if (begin.phase !== Phase.Missing) {
      yield* this.#compareAll(reader, begin.phase === Phase.Objects ? begin : undefined);
      await this.#mark({ phase: Phase.Missing });
    }
    yield* this.#tellMissing(reader, begin.phase === Phase.Missing ? begin.entry : undefined);
  }

  /** Else all that lies below would count as gone when a collection is misspelt, or a permission taken away. */
  async #checkRoots(reader: ZoneReader): Promise<void> {
    for (const root of this.#paths.roots) {
      const answer = await reader.contents(root);
      if (answer.kind === 'unreadable') throw answer.error;
      if (answer.kind === 'missing') throw new CollectionUnavailableError(root, answer.error);
    }
  }

  async #findMissing(reader: ZoneReader, { collection: after }: SweepPosition): Promise<void> {
    if (after === undefined) await this.#missing.clear();
    for await (const walked of walkCollections({ reader, paths: this.#paths, after })) {
      const unlisted = unlistedPaths(walked, this.#options.identifiers);
      for await (const paths of inBatches(unlisted)) await this.#noteMissing(reader, paths);
      await this.#mark({ phase: Phase.Names, collection: walked.collection });
    }
  }

  async #noteMissing(reader: ZoneReader, paths: readonly string[]): Promise<void> {
    const known = await this.#options.readKnown(paths.filter((path) => isPlain(path) && this.#paths.isWanted(path)));
    const gone = [...known.values()].filter((one) => !one.gone || this.#repetitions.isDue(one));
    const unreadable = await this.#unreadable(
      reader,
      gone.map(({ path }) => path),
    );
    this.#counts.unreadable += unreadable.size;
    await Promise.all(
      gone.map(async ({ path, dataId }) => {
        if (!unreadable.has(path)) await this.#missing.add(path, dataId);
      }),
    );
  }

  /** Those of paths that no listing shows but the catalogue has, or may have. */
  async #unreadable(reader: ZoneReader, paths: readonly string[]): Promise<ReadonlySet<string>> {
    const there = new Set<string>();
    for (const collection of new Set(paths.map(collectionOf))) {
      const answer = await reader.ids(collection);
      const mayBeThere = (name: string): boolean => answer.kind !== 'found' || answer.value?.has(name) === true;
      for (const path of paths) if (collectionOf(path) === collection && mayBeThere(nameOf(path))) there.add(path);
    }
    return there;
  }

  async *#compareAll(reader: ZoneReader, begin: SweepPosition | undefined): AsyncGenerator<Update> {
    const { readKnown } = this.#options;
    const missing = (await this.#missing.any()) ? this.#missing : undefined;
    const parts = { reader, readKnown, missing, statements: this.#statements, repetitions: this.#repetitions };
    const comparison = new ObjectComparison({ ...parts, counts: this.#counts });
    let done = begin?.collection;
    const onUnreadable = (collection: string, reason: string): void => {
      this.#counts.unreadable += 1;
      this.#options.warn({ collection, reason }, 'a collection cannot be listed');
    };
    for await (const { collection, objects } of walkCollections({
      reader,
      paths: this.#paths,
      after: done,
      onUnreadable,
    })) {
      const ids = new CollectionIds(reader, collection);
      const wanted = objects.filter((path) => this.#isComparable(path));
      const from = begin?.object !== undefined && collectionOf(begin.object) === collection ? begin.object : '';
      for (const paths of batchesOf(wanted.filter((path) => path > from))) {
        yield* this.#give(await comparison.compare(paths, ids));
        await this.#mark({ phase: Phase.Objects, collection: done, object: paths.at(-1) });
        yield* this.#nudge();
      }
      this.#counts.collections += 1;
      done = collection;
      await this.#mark({ phase: Phase.Objects, collection });
      yield* this.#nudge();
    }
  }

  #isComparable(path: string): boolean {
    if (!this.#paths.isWanted(path)) return false;
    if (isIdentifier(path)) return true;
    this.#counts.unusable += 1;
    return false;
  }

  async *#tellMissing(reader: ZoneReader, after: string | undefined): AsyncGenerator<Update> {
    for await (const entries of inBatches(this.#missing.all(after))) {
      yield* this.#give(await this.#words(reader, entries));
      await this.#mark({ phase: Phase.Missing, entry: entries.at(-1)?.id }, async () => this.#missing.remove(entries));
    }
  }

  /** What is to be said of objects that were missing and did not turn up elsewhere. */
  async #words(reader: ZoneReader, entries: readonly MissingEntry[]): Promise<readonly Update[]> {
    const { readKnown, config } = this.#options;
    const paths = entries.flatMap((entry) => (entry.renamedTo === undefined ? entry.paths : []));
    const before = await readKnown(paths);
    const updates: Update[] = [];
    const gone = new Map<string, Update>();
    await inFlight(LISTINGS_IN_FLIGHT, before.values(), async (known) => {
      if (known.gone) {
        updates.push(...this.#repeated(known));
        return;
      }
      const answer = await reader.object(known.path);
      if (answer.kind === 'unreadable') this.#counts.unreadable += 1;
      if (answer.kind === 'missing') gone.set(known.path, this.#statements.deleted(known, answer.error));
    });
    const after = await readKnown([...gone.keys()]);
    for (const [path, update] of gone) {
      // What was brought meanwhile is newer.
      if (!isUnchanged(before.get(path), after.get(path))) continue;
      this.#counts.gone += 1;
      if (config.gone === 'enrich') updates.push(update);
    }
    return updates;
  }

  #repeated(known: KnownObject): readonly Update[] {
    if (!this.#repetitions.isDue(known)) return [];
    if (saidIn(known.lastSaid, 'deleted') === true) this.#counts.gone += 1;
    return this.#repetitions.of(known);
  }

  *#give(updates: readonly Update[]): Generator<Update> {
    for (const update of updates) {
      if (this.#bookmarks.delivered >= this.#given) this.#waitingSince = Date.now();
      this.#given += 1;
      this.#lastGiven = update;
      yield update;
    }
  }

  /**
   * Gives the last update once more where it was not delivered for long: updates are delivered when another one comes,
   * and hours may pass before there is one.
   */
  *#nudge(): Generator<Update> {
    const isWaiting = this.#bookmarks.delivered < this.#given && Date.now() - this.#waitingSince > WAITING_MS;
    if (isWaiting && this.#lastGiven !== undefined) yield* this.#give([this.#lastGiven]);
  }

  async #mark(place: Omit<SweepPosition, 'sweep' | 'counts'>, onReached?: () => Promise<void>): Promise<void> {
    const { sweep } = this.#bookmarks.place;
    await this.#bookmarks.mark(this.#given, { sweep, ...place, counts: { ...this.#counts } }, onReached);
    this.#options.report();
  }
}

async function* inBatches<T>(items: AsyncIterable<T>): AsyncGenerator<readonly T[]> {
  let batch: T[] = [];
  for await (const item of items) {
    batch.push(item);
    if (batch.length < OBJECTS_AT_ONCE) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

function* batchesOf<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < items.length; at += OBJECTS_AT_ONCE) yield items.slice(at, at + OBJECTS_AT_ONCE);
}

/** Whether an identifier can be the path of an object. */
function isPlain(path: string): boolean {
  return path
    .split('/')
    .slice(1)
    .every((part) => part !== '' && part !== '.' && part !== '..');
}
