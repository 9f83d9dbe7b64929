import { z } from 'zod';
import { parseSpan } from '../periodic/span.ts';

const GRACE_TEXT = 'text with a unit, such as "1 min", from "0 s" to "1 d"';
const LONGEST_MS = 24 * 60 * 60 * 1000;

/** Class name. */
export const RECONCILER = 'Reconciler';

/** Keys of `Reconciler.json` beside those of every periodic worker. */
export const reconcilerConfigSchema = z.strictObject({
  /**
   * How long a cookie must have been neither settled nor processed before it counts as lost. Shorter than half a minute
   * it may be one that is just being woken.
   */
  grace: grace().prefault('1 min'),
});

/** What the Reconciler does where its config file says nothing else. */
export const RECONCILER_DEFAULTS = { interval: 'every 10 min' } as const;

function grace() {
  return z.unknown().transform((value, context) => {
    const ms = typeof value === 'string' ? parse(value.trim()) : undefined;
    if (ms !== undefined && ms <= LONGEST_MS) return ms;
    context.addIssue({ code: 'custom', message: GRACE_TEXT });
    return z.NEVER;
  });
}

function parse(text: string): number | undefined {
  if (/^0+ *[a-z]+$/.test(text)) return 0;
  try {
    return parseSpan(text, 0).ms;
  } catch {
    return undefined;
  }
}
