import type { CookieJar } from '../cookiejar/cookie-jar.ts';
import type { Ledger } from '../deliveries/ledger.ts';
import type { Evaluator } from '../rulebook/evaluator.ts';
import type { DeliveryPolicy, JobLimits } from './cookie-activities.ts';
import type { Tally } from './tally.ts';

/** What cookie activities work with. */
export interface CookieActivityDependencies {
  readonly jar: CookieJar;
  readonly ledger: Ledger;
  readonly evaluator: Evaluator;
  /** Content hash of the rulebook in force. */
  readonly currentRulebook: () => Promise<string>;
  readonly limits: JobLimits;
  readonly deliveryPolicy: DeliveryPolicy;
  /** Starts `deliverNotification` for a delivery, unless it runs. */
  readonly startDelivery: (delivery: string) => Promise<void>;
  /** Has a cookie looked at, because its knowledge may have changed. */
  readonly wake: (identifier: string) => Promise<void>;
  readonly tally: Tally;
  readonly log: {
    warn(fields: object, message: string): void;
  };
}
