import { InvalidLimitError } from '../errors.ts';
import { Families } from '../families/families.ts';
import { checkThreshold } from '../pairs/similar-pairs.ts';
import { DigestMeasure } from './digest-measure.ts';
import { Entries, type Reading } from './entries.ts';
import { FeatureMeasure } from './feature-measure.ts';
import { Kinds } from './kinds.ts';
import type { Measurements, NeighbourEntry, SimilarEntry } from './neighbour-entry.ts';
import { inStrides } from './in-strides.ts';
import { type Listed, NeighbourLists, NO_SCORE } from './neighbour-lists.ts';
import { type Audience, Proposals } from './proposals.ts';
import { UpdateMeter, type UpdateOptions } from './update-meter.ts';

export type { Measurements, NeighbourEntry, SimilarEntry } from './neighbour-entry.ts';
export type { Families } from '../families/families.ts';
export type { UpdateOptions, UpdateProgress } from './update-meter.ts';

/** What {@link NeighbourEngine} finds. Results kept under other options are of no use: then all entries count as changed. */
export interface NeighbourOptions {
  /** The most neighbours of one entry, from 1 on. */
  readonly neighbours: number;
  /** What `ssdeep_similarity` must exceed to make two entries similar, from 0 to 100; absent: digests are not compared at all. */
  readonly ssdeepThreshold?: number;
  /** What `attribute_similarity` must exceed to make two entries similar, from 0 to 100; absent: features are not compared at all. */
  readonly attributeThreshold?: number;
  /** Whether entries of two kinds (also of one, with itself) are compared; must be symmetric and always answer the same. */
  readonly comparable: (one: string, other: string) => boolean;
  /**
   * From how many different digests, or sets of features, searched for at once an index of all is made; fewer are compared with all one
   * after the other. Changes no outcome.
   *
   * @default 64 for digests and 512 for features, from where on that is sooner done among 100,000
   */
  readonly indexedFrom?: number;
}

/** Entries that came, changed or went. */
export interface NeighbourChanges {
  /** New entries, and known ones as they are now; of several with one id the last. One that says the same as before costs nothing. */
  readonly changed: Iterable<NeighbourEntry>;
  /** Ids, taken before `changed`; unknown ones are passed over. */
  readonly removed?: Iterable<string>;
}

/** Which entries an update is about, by slot. */
interface Affected {
  /** Removed ones. */
  readonly leaving: readonly number[];
  /** Those that are new or say something else. */
  readonly wanted: readonly number[];
  /** Marked are those that may stand in lists and do not belong there any more, or not as they do. */
  readonly marked: Uint8Array;
}

const NONE = -1;
const HUNDREDTHS = 100;

/**
 * The best neighbours of each of many entries, kept up to date as entries come, change and go.
 *
 * Two entries are similar if their kinds are comparable and at least one measurement exceeds its threshold; the highest of those that do is
 * their rank. (By attributes they are similar only if they also share a band of their signatures, as nearly all do; see `bandsFor`.) Each
 * entry keeps its `neighbours` highest in rank, of equal ones those whose ids come first, as `<` orders strings. Whatever the order of the
 * changes, the outcome is that of all entries given at once.
 *
 * An update costs one search for each entry that changed and each that lost a neighbour without knowing who comes next; equal entries are
 * searched for once. Memory grows with the number of entries times `neighbours`.
 *
 * Life of a run: {@link restoreEntry} for all that is known from earlier runs, {@link restoreNeighbours} for their kept lists, {@link
 * update}, and {@link neighboursOf} for the ids that it answers. Entries whose kept list is lost or doubtful are not restored but given to
 * the update.
 */
export class NeighbourEngine {
  readonly #limit: number;
  readonly #entries: Entries;
  readonly #lists: NeighbourLists;

  /** @throws InvalidLimitError, InvalidThresholdError */
  constructor(options: NeighbourOptions) {
    const { neighbours, ssdeepThreshold, attributeThreshold, comparable, indexedFrom } = options;
    if (!Number.isSafeInteger(neighbours) || neighbours < 1) throw new InvalidLimitError('neighbours', neighbours);
    if (ssdeepThreshold !== undefined) checkThreshold(ssdeepThreshold);
    if (attributeThreshold !== undefined) checkThreshold(attributeThreshold);
    this.#limit = neighbours;
    const measures = [
      new DigestMeasure(ssdeepThreshold, indexedFrom),
      new FeatureMeasure(attributeThreshold, indexedFrom),
    ] as const;
    this.#entries = new Entries(measures, new Kinds(comparable));
    this.#lists = new NeighbourLists(neighbours, this.#entries.table);
  }

  /** How many entries there are. */
  get size(): number {
    return this.#entries.table.size;
  }

  /** The ids of all entries, in no particular order. */
  ids(): IterableIterator<string> {
    return this.#entries.table.ids();
  }

  /**
   * Takes an entry that was searched for in an earlier run. Until {@link restoreNeighbours} tells of others, it has no neighbours.
   *
   * @throws InvalidDigestError, InvalidFeaturesError
   */
  restoreEntry(entry: NeighbourEntry): void {
    this.#entries.take(this.#entries.read(entry));
  }

  /**
   * Takes the list that an earlier run kept for an entry, after all entries have been restored. Neighbours that are not known (any more)
   * count as removed since: the next update finds others in their place.
   */
  restoreNeighbours(id: string, neighbours: readonly SimilarEntry[]): void {
    const { table } = this.#entries;
    const slot = table.slotOf(id);
    if (slot === NONE) return;
    table.arrange();
    this.#lists.begin();
    let unknown = 0;
    for (const { id: neighbour, measurements } of neighbours) {
      const other = table.slotOf(neighbour);
      if (other === NONE) unknown += 1;
      else this.#restore(slot, other, measurements);
    }
    if (unknown > 0 && neighbours.length >= this.#limit) this.#lists.doubt(slot);
  }

  /**
   * Takes changes and finds out whose neighbours they change. Lets other work of the thread have its turn meanwhile; nothing else may be
   * called until it is done. If it fails on the way, the engine is of no more use.
   *
   * @returns the ids of entries, among them new ones, whose neighbours or their measurements are different now; not those of removed entries
   * @throws InvalidDigestError, InvalidFeaturesError before anything is taken
   */
  async update({ changed, removed = [] }: NeighbourChanges, options: UpdateOptions = {}): Promise<string[]> {
    const meter = new UpdateMeter(options);
    const { alive } = meter;
    const readings = new Map<string, Reading>();
    for (const entry of inStrides(changed, alive)) readings.set(entry.id, this.#entries.read(entry));
    const { leaving, wanted, marked } = this.#take(readings, removed, alive);
    const { table } = this.#entries;
    table.arrange();
    this.#lists.begin();
    for (const slot of inStrides(table.order, alive)) this.#lists.strip(slot, marked);
    await this.#search(wanted, true, meter);
    for (const slot of leaving) this.#lists.forget(slot);
    await this.#search(this.#lists.doubtful(), false, meter);
    const different = this.#lists.changed().map((slot) => table.idOf(slot));
    table.remove(leaving);
    return different;
  }

  /** An entry's neighbours, the best first; undefined where there is no such entry. */
  neighboursOf(id: string): SimilarEntry[] | undefined {
    const { table } = this.#entries;
    const slot = table.slotOf(id);
    if (slot === NONE) return undefined;
    return this.#lists
      .of(slot)
      .map((listed) => ({ id: table.idOf(listed.slot), measurements: measurementsOf(listed) }));
  }

  /** The families of all entries as they are now, found anew: a fraction of a second for 100,000 entries. */
  families(): Families {
    const { table } = this.#entries;
    table.arrange();
    return new Families({
      ids: Array.from(table.order, (slot) => table.idOf(slot)),
      visit: (visitor) => {
        for (const [place, slot] of table.order.entries()) {
          this.#lists.visit(slot, (neighbour, rank) => visitor(place, table.places[neighbour] ?? 0, rank));
        }
      },
    });
  }

  #take(readings: ReadonlyMap<string, Reading>, removed: Iterable<string>, alive: () => void): Affected {
    const leaving = new Set<number>();
    for (const id of removed) if (!readings.has(id)) leaving.add(this.#entries.table.slotOf(id));
    leaving.delete(NONE);
    for (const slot of leaving) this.#entries.drop(slot);
    const taken = Array.from(inStrides(readings.values(), alive), (reading) => this.#entries.take(reading)).filter(
      ({ isSame }) => !isSame,
    );
    const marked = new Uint8Array(this.#entries.table.end);
    for (const slot of leaving) marked[slot] = 1;
    for (const { slot, isKnown } of taken) marked[slot] = isKnown ? 1 : 0;
    return { leaving: [...leaving], wanted: taken.map(({ slot }) => slot), marked };
  }

  async #search(slots: readonly number[], told: boolean, meter: UpdateMeter): Promise<void> {
    if (slots.length === 0) return;
    const { places } = this.#entries.table;
    const wanted = Int32Array.from(slots, (slot) => places[slot] ?? 0).toSorted();
    const proposals = [
      await this.#propose(0, wanted, told, meter),
      await this.#propose(1, wanted, told, meter),
    ] as const;
    for (const place of inStrides(wanted, meter.alive)) this.#fill(place, proposals);
  }

  async #propose(measure: 0 | 1, wanted: Int32Array, told: boolean, meter: UpdateMeter): Promise<Proposals> {
    const { measures, kinds } = this.#entries;
    const proposals = new Proposals({
      measure: measures[measure],
      groups: this.#entries.groupsBy(measure),
      kinds,
      wanted,
      limit: this.#limit,
      ...(told && { audience: this.#audience(measure) }),
    });
    meter.want(proposals.points);
    meter.alive();
    await proposals.search(() => meter.step());
    return proposals;
  }

  /**
   * Makes an entry's list of what was proposed by each measure. That suffices: whoever is among the best by the higher of two scores is
   * among the best by that score.
   */
  #fill(place: number, proposals: readonly [Proposals, Proposals]): void {
    const slot = this.#slotAt(place);
    this.#lists.clear(slot);
    for (const measure of [0, 1] as const) {
      for (const { index, score } of proposals[measure].of(place)) {
        if (!this.#offer(slot, this.#slotAt(index), measure, score)) break;
      }
    }
  }

  /** Those who are not searched for themselves, as what was found is offered to them. */
  #audience(measure: 0 | 1): Audience {
    return {
      floorOf: (place) => this.#lists.floorOf(this.#slotAt(place)),
      tell: (place, other, score) => this.#offer(this.#slotAt(place), this.#slotAt(other), measure, score),
    };
  }

  /** @returns whether the list has the neighbour now; if not, none that comes later in the order has a chance with this score either */
  #offer(slot: number, neighbour: number, measure: 0 | 1, score: number): boolean {
    if (!this.#lists.admits(slot, neighbour, score * this.#entries.measures[measure].unit)) return false;
    if (!this.#lists.has(slot, neighbour)) {
      this.#lists.put(slot, this.#entries.listed(slot, neighbour, measure, score));
    }
    return true;
  }

  #restore(slot: number, neighbour: number, measurements: Measurements): void {
    const { ssdeep_similarity: digests = NO_SCORE, attribute_similarity: percent } = measurements;
    const features = percent === undefined ? NO_SCORE : Math.round(percent * HUNDREDTHS);
    const listed = this.#entries.listedAgain(slot, neighbour, [digests, features]);
    if (listed.rank === 0 || this.#lists.has(slot, neighbour)) return;
    if (this.#lists.admits(slot, neighbour, listed.rank)) this.#lists.put(slot, listed);
  }

  #slotAt(place: number): number {
    return this.#entries.table.order[place] ?? 0;
  }
}

function measurementsOf({ scores: [digests, features] }: Listed): Measurements {
  return {
    ...(digests !== NO_SCORE && { ssdeep_similarity: digests }),
    ...(features !== NO_SCORE && { attribute_similarity: features / HUNDREDTHS }),
  };
}
