import type { FeatureSet } from './feature-set.ts';
import { Outlines } from './outlines.ts';
import { jaccardOf, totalOf } from './weighted-jaccard.ts';

const SCALE = 10_000;
const HUNDRED = 100;
const NONE = -1;
const FIRST_CAPACITY = 1024;
// Far more than sums of weights in different order can differ by.
const TOLERANCE = 1e-9;

/** The score of what is equal: similarities are counted in hundredths of a percent. */
export const HIGHEST_HUNDREDTHS = SCALE;

/** A similarity from 0 to 1 in hundredths of a percent. */
function hundredthsOf(similarity: number): number {
  return Math.round(similarity * SCALE);
}

/** What a similarity in hundredths must exceed, where in percent it must exceed `threshold`. */
export function floorInHundredths(threshold: number): number {
  // 70.01 * 100 is 7001.000000000001, 8.2 * 100 is 819.9999999999999.
  return Math.floor(threshold * HUNDRED + TOLERANCE);
}

/** Many sets of features in little memory; equal ones are kept once, under one number, for as long as anybody holds it. */
export class FeatureShelf {
  #hashes = new Float64Array(FIRST_CAPACITY);
  #weights = new Float64Array(FIRST_CAPACITY);
  #used = 0;
  #dead = 0;
  readonly #starts: number[] = [];
  readonly #lengths: number[] = [];
  readonly #totals: number[] = [];
  readonly #outlines = new Outlines();
  readonly #holders: number[] = [];
  readonly #free: number[] = [];
  readonly #firstByKey = new Map<number, number>();
  readonly #nextOfKey: number[] = [];

  /** All numbers are below this one. */
  get end(): number {
    return this.#starts.length;
  }

  /** Where the hashes of all sets are; valid until the next {@link hold}. */
  get hashes(): Float64Array {
    return this.#hashes;
  }

  /** Where the weights of all sets are; valid until the next {@link hold}. */
  get weights(): Float64Array {
    return this.#weights;
  }

  /** Where a set begins in {@link hashes} and {@link weights}. */
  startOf(number: number): number {
    return this.#starts[number] ?? 0;
  }

  /** How many features a set has; 0 where the number is nobody's. */
  lengthOf(number: number): number {
    return this.#lengths[number] ?? 0;
  }

  /** The number of a set with at least one feature, to be let go of once for each time it was asked for. */
  hold(set: FeatureSet): number {
    const key = keyOf(set);
    const known = this.#find(key, set);
    if (known !== NONE) {
      this.#holders[known] = (this.#holders[known] ?? 0) + 1;
      return known;
    }
    const number = this.#free.pop() ?? this.#starts.length;
    this.#put(number, set);
    this.#holders[number] = 1;
    this.#nextOfKey[number] = this.#firstByKey.get(key) ?? NONE;
    this.#firstByKey.set(key, number);
    return number;
  }

  /** Lets go of a set. @returns whether nobody holds it any more, so that its number may become another's */
  release(number: number): boolean {
    const holders = (this.#holders[number] ?? 0) - 1;
    this.#holders[number] = holders;
    if (holders > 0) return false;
    this.#unlink(number);
    this.#dead += this.lengthOf(number);
    this.#lengths[number] = 0;
    this.#free.push(number);
    return true;
  }

  /** The similarity of two sets in hundredths of a percent if it is above `floor`, or any number up to `floor`. */
  score(one: number, other: number, floor = -1): number {
    if (one === other) return HIGHEST_HUNDREDTHS;
    const [total, otherTotal] = [this.#totals[one] ?? 0, this.#totals[other] ?? 0];
    const least = (floor + 0.5) / SCALE;
    const needed = floor < 0 ? 0 : (least / (1 + least)) * (total + otherTotal) * (1 - TOLERANCE);
    if (Math.min(total, otherTotal) < needed) return 0;
    if (needed > 0 && this.#outlines.lack(one, other) > total - needed) return 0;
    if (needed > 0 && this.#outlines.lack(other, one) > otherTotal - needed) return 0;
    const common = this.#common(one, other, total - needed, otherTotal - needed);
    return common === 0 ? 0 : hundredthsOf(jaccardOf(common, total, otherTotal));
  }

  /** What two sets have in common; 0 as soon as either has more than it may of what the other does not have. */
  #common(one: number, other: number, spare: number, otherSpare: number): number {
    const [hashes, weights] = [this.#hashes, this.#weights];
    let at = this.startOf(one);
    let otherAt = this.startOf(other);
    const end = at + this.lengthOf(one);
    const otherEnd = otherAt + this.lengthOf(other);
    let [left, otherLeft, common] = [spare, otherSpare, 0];
    while (at < end && otherAt < otherEnd) {
      const difference = (hashes[at] ?? 0) - (hashes[otherAt] ?? 0);
      if (difference === 0) {
        const [weight, otherWeight] = [weights[at] ?? 0, weights[otherAt] ?? 0];
        const lower = Math.min(weight, otherWeight);
        common += lower;
        left -= weight - lower;
        otherLeft -= otherWeight - lower;
      } else if (difference < 0) left -= weights[at] ?? 0;
      else otherLeft -= weights[otherAt] ?? 0;
      if (left < 0 || otherLeft < 0) return 0;
      if (difference <= 0) at += 1;
      if (difference >= 0) otherAt += 1;
    }
    return common;
  }

  #find(key: number, set: FeatureSet): number {
    let number = this.#firstByKey.get(key) ?? NONE;
    while (number !== NONE && !this.#isEqual(number, set)) number = this.#nextOfKey[number] ?? NONE;
    return number;
  }

  #isEqual(number: number, { hashes, weights }: FeatureSet): boolean {
    const start = this.startOf(number);
    if (this.lengthOf(number) !== hashes.length) return false;
    return hashes.every((hash, at) => this.#hashes[start + at] === hash && this.#weights[start + at] === weights[at]);
  }

  #put(number: number, { hashes, weights }: FeatureSet): void {
    if (this.#used + hashes.length > this.#hashes.length) this.#makeRoom(hashes.length);
    this.#hashes.set(hashes, this.#used);
    this.#weights.set(weights, this.#used);
    this.#starts[number] = this.#used;
    this.#lengths[number] = hashes.length;
    this.#totals[number] = totalOf(weights);
    this.#outlines.put(number, hashes, weights);
    this.#used += hashes.length;
  }

  /** Moves all into a larger space, leaving out what nobody holds any more. */
  #makeRoom(more: number): void {
    const capacity = Math.max(FIRST_CAPACITY, 2 * (this.#used - this.#dead + more));
    const [hashes, weights] = [new Float64Array(capacity), new Float64Array(capacity)];
    let used = 0;
    for (let number = 0; number < this.end; number += 1) {
      const [start, length] = [this.startOf(number), this.lengthOf(number)];
      hashes.set(this.#hashes.subarray(start, start + length), used);
      weights.set(this.#weights.subarray(start, start + length), used);
      this.#starts[number] = used;
      used += length;
    }
    [this.#hashes, this.#weights, this.#used, this.#dead] = [hashes, weights, used, 0];
  }

  #unlink(number: number): void {
    const key = this.#keyOfHeld(number);
    const next = this.#nextOfKey[number] ?? NONE;
    let before = this.#firstByKey.get(key) ?? NONE;
    if (before !== number) {
      while (this.#nextOfKey[before] !== number) before = this.#nextOfKey[before] ?? NONE;
      this.#nextOfKey[before] = next;
    } else if (next === NONE) this.#firstByKey.delete(key);
    else this.#firstByKey.set(key, next);
  }

  #keyOfHeld(number: number): number {
    const start = this.startOf(number);
    const end = start + this.lengthOf(number);
    return keyOf({ hashes: [...this.#hashes.subarray(start, end)], weights: [...this.#weights.subarray(start, end)] });
  }
}

/** The same for equal sets, seldom for others. */
function keyOf({ hashes, weights }: FeatureSet): number {
  let key = hashes.length;
  for (const [at, hash] of hashes.entries()) {
    key = Math.imul(key ^ (hash | 0), 0x9e3779b1);
    key = Math.imul(key ^ (key >>> 15) ^ Math.floor((weights[at] ?? 0) * 1024), 0x85ebca6b);
  }
  return key ^ (key >>> 13);
}
