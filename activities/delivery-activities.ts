import type { TellDigestInput } from '../workflows/messages.ts';

/** Which given-up delivery is to be tried again. */
interface ReviveInput {
  readonly delivery: string;
  /** The burial that it is revived from: one that came later stays. */
  readonly burial: number;
}

/** What `deliverNotification` and `tellDigest` call beside the cookies' activities. */
export interface DeliveryActivities {
  revive(input: ReviveInput): Promise<void>;
  /** How long a window goes on gathering, by what is configured now; 0 where it has ended. */
  digestDue(input: TellDigestInput): Promise<{ readonly waitMs: number }>;
  /** Ends a window. @returns ids of the deliveries of digests that are to be made */
  gatherDigests(input: TellDigestInput): Promise<{ readonly deliveries: readonly string[] }>;
}
