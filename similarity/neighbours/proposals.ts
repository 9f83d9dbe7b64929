import { Pace } from '../pairs/pace.ts';
import { type Neighbour, Podiums } from '../pairs/podiums.ts';
import type { Groups } from './groups.ts';
import type { Kinds } from './kinds.ts';
import type { Measure } from './measure.ts';

const NONE = -1;
const WANTS_NOTHING = 65_535;
const STEPS_WITH_INDEX = 16;

/** Entries, by their places, that do not know those searched for yet and are to be told of them. */
export interface Audience {
  /** What a rank, in hundredths of a percent, must exceed to be of interest to an entry. */
  floorOf(place: number): number;
  /** Tells an entry of another. @returns whether it has it now; if not, it takes none of this score that comes later in the order either */
  tell(place: number, other: number, score: number): boolean;
}

/** What the search for some entries' neighbours by one measure works on. */
export interface ProposalOptions {
  readonly measure: Measure;
  readonly groups: Groups;
  readonly kinds: Kinds;
  /** Whose neighbours are searched for: places, ascending. */
  readonly wanted: Int32Array;
  /** How many neighbours each is to have at most. */
  readonly limit: number;
  /** All other entries, if they are to be told. */
  readonly audience?: Audience;
}

/**
 * The best neighbours of some entries by one measure. The search is for points, each pair of them is compared once, and a group of entries
 * has one podium: any number of equal entries costs little more than one.
 */
export class Proposals {
  readonly #options: ProposalOptions;
  /** By group, its podium; -1 of groups that are not searched for. */
  readonly #podiumOf: Int32Array;
  readonly #podiums: Podiums;
  /** By group, those of its members that are searched for. */
  readonly #fresh = new Map<number, number[]>();
  readonly #isWanted: Uint8Array;
  /** By point, what a score must exceed to be of interest to those who are told. */
  readonly #audienceFloors: Uint16Array;
  /** By point, what a score must exceed to be of interest to anybody. */
  readonly #floors: Uint16Array;

  constructor(options: ProposalOptions) {
    this.#options = options;
    const { groups, measure, wanted, limit } = options;
    this.#isWanted = new Uint8Array(groups.groupOf.length);
    for (const place of wanted) this.#take(place);
    this.#podiumOf = new Int32Array(groups.count).fill(NONE);
    for (const [podium, group] of [...this.#fresh.keys()].entries()) this.#podiumOf[group] = podium;
    // One more than asked for: a group's members are neighbours of each other, and none is its own.
    this.#podiums = new Podiums(this.#fresh.size, limit + 1, measure.floor);
    this.#audienceFloors = new Uint16Array(measure.end).fill(WANTS_NOTHING);
    if (options.audience) this.#askAudience(options.audience);
    this.#floors = this.#audienceFloors.slice();
  }

  /** How many points are searched for. */
  get points(): number {
    return this.#points().length;
  }

  /** Searches. `searched` is called after each point. */
  async search(searched: () => void): Promise<void> {
    const { measure } = this.#options;
    const points = this.#points();
    if (points.length === 0 || measure.floor >= measure.highest) return;
    for (const point of points) this.#setFloor(point);
    const indexed = points.length >= measure.indexedFrom;
    const search = measure.search(this.#floors, indexed);
    const pace = new Pace(indexed ? STEPS_WITH_INDEX : 1);
    for (const point of points) {
      this.#deliver(point, point, measure.highest);
      const count = search.others(point);
      for (const other of search.found.subarray(0, count)) {
        const score = search.scores[other] ?? 0;
        this.#deliver(point, other, score);
        this.#deliver(other, point, score);
      }
      await pace.step();
      searched();
    }
  }

  /** The neighbours of an entry that was searched for, by place, the best first, with scores in the unit of the measure. */
  of(place: number): Neighbour[] {
    const group = this.#options.groups.groupOf[place] ?? NONE;
    if (group === NONE) return [];
    const others = this.#podiums.best(this.#podiumOf[group] ?? NONE).filter((neighbour) => neighbour.index !== place);
    return others.slice(0, this.#options.limit);
  }

  #take(place: number): void {
    this.#isWanted[place] = 1;
    const group = this.#options.groups.groupOf[place] ?? NONE;
    if (group === NONE) return;
    const known = this.#fresh.get(group);
    if (known) known.push(place);
    else this.#fresh.set(group, [place]);
  }

  #points(): number[] {
    return [...new Set(Array.from(this.#fresh.keys(), (group) => this.#options.groups.pointOf(group)))];
  }

  /** Lets all groups of one point know of all of another. */
  #deliver(point: number, other: number, score: number): void {
    const { groups, kinds, audience } = this.#options;
    const others = groups.ofPoint(other);
    for (const group of groups.ofPoint(point)) {
      const podium = this.#podiumOf[group] ?? NONE;
      for (const otherGroup of others) {
        if (!kinds.comparable(groups.kindOf(group), groups.kindOf(otherGroup))) continue;
        if (podium !== NONE) this.#podiums.offer(podium, groups.members(otherGroup), score);
        const fresh = this.#fresh.get(otherGroup);
        if (audience && fresh) this.#tell(audience, groups.members(group), fresh, score);
      }
    }
    if (this.#floors[point] !== WANTS_NOTHING) this.#setFloor(point);
  }

  #tell(audience: Audience, places: Int32Array, fresh: readonly number[], score: number): void {
    for (const place of places) {
      if (this.#isWanted[place] === 1) continue;
      for (const other of fresh) if (!audience.tell(place, other, score)) break;
    }
  }

  #askAudience(audience: Audience): void {
    const { groups, measure } = this.#options;
    for (const [place, group] of groups.groupOf.entries()) {
      if (group === NONE || this.#isWanted[place] === 1) continue;
      const point = groups.pointOf(group);
      const floor = Math.max(measure.floor, Math.floor(audience.floorOf(place) / measure.unit));
      this.#audienceFloors[point] = Math.min(this.#audienceFloors[point] ?? 0, floor);
    }
  }

  #setFloor(point: number): void {
    let floor = this.#audienceFloors[point] ?? 0;
    for (const group of this.#options.groups.ofPoint(point)) {
      const podium = this.#podiumOf[group] ?? NONE;
      if (podium !== NONE) floor = Math.min(floor, this.#podiums.floors[podium] ?? 0);
    }
    this.#floors[point] = floor;
  }
}
