/** What this process has done since it started; repeats count again. */
export class Tally {
  /** Jobs settled. */
  settled = 0;
  /** Notifications taken by a receiver. */
  delivered = 0;
}
