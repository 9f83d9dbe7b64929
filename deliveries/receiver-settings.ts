/** How often and at which distances a troubled delivery is repeated. */
export interface RetryPolicy {
  /** The first included. */
  readonly attempts: number;
  /** Wait before the second attempt; doubles from one to the next. */
  readonly backoffMs: number;
  /** The longest wait between two attempts. */
  readonly maximumIntervalMs: number;
}

/** What is configured for one receiver. */
export interface ReceiverSettings extends Partial<RetryPolicy> {
  /** How many notifications one process hands to it in a second. */
  readonly maxPerSecond?: number;
  /** More than so many within so long: the further ones are told by a digest. */
  readonly flood?: FloodLimit;
  /** All notifications are gathered so long and told by a digest. */
  readonly digestWindowMs?: number;
}

/** From how many notifications on, within how long, a receiver is flooded. */
export interface FloodLimit {
  readonly notifications: number;
  readonly withinMs: number;
}

/** How long notifications for a receiver are gathered before a digest tells of them; 0 where none are. */
export function gatheringMs({ digestWindowMs, flood }: ReceiverSettings): number {
  return digestWindowMs ?? flood?.withinMs ?? 0;
}

/** The wait after so many failed attempts, in milliseconds. */
export function pauseAfter(attempts: number, { backoffMs, maximumIntervalMs }: RetryPolicy): number {
  return Math.min(backoffMs * 2 ** Math.max(0, attempts - 1), maximumIntervalMs);
}
