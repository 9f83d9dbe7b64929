import type { Documents } from '../cookiejar/cookie-jar.ts';
import type { ReceiverSettings } from '../deliveries/receiver-settings.ts';
import type { DefinitionSummary } from '../rulebook/problem.ts';
import type { TellDigestInput } from '../workflows/messages.ts';
import type { CookieActivityDependencies } from './dependencies.ts';

/** What deliveries are made with. */
export interface DeliveryDependencies extends CookieActivityDependencies {
  readonly documents: Documents;
  /** What is configured for receivers, by their ids. */
  readonly receivers: ReadonlyMap<string, ReceiverSettings>;
  /** The definitions of a rulebook version; undefined where the jar does not have it. */
  readonly definitions: (rulebook: string) => Promise<readonly DefinitionSummary[] | undefined>;
  /** Starts `tellDigest` for a window, unless it runs; with `stir`, one that runs looks at its window once more. */
  readonly startDigest: (input: TellDigestInput, how: { readonly stir: boolean }) => Promise<void>;
}
