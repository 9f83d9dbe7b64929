import type { Cron } from './cron.ts';
import type { Windows } from './windows.ts';

/** A condition that looks at what ran before, so that it starts a run and then waits. */
export type Recurrence =
  /** Once in every window, as early as possible. */
  | { readonly kind: 'windows'; readonly name: string; readonly windows: Windows }
  /** The same; the windows are those of a cron expression. */
  | { readonly kind: 'cron'; readonly name: string; readonly windows: Windows; readonly cron: Cron }
  /** Whenever the last start is a span ago. */
  | { readonly kind: 'every'; readonly name: string; readonly everySeconds: number; readonly offsetSeconds: number };

/** A recurrence as one condition says it. */
export interface NamedRecurrence {
  readonly recurrence: Recurrence;
  /** Whether it runs when Rocketry would. */
  readonly exact: boolean;
  readonly differences: readonly string[];
}
