import type { CodeProblem } from '../evaluator.ts';

const SECOND_MS = 1000;

/** A receiver that asks for a longer pause has probably mistaken the unit. */
const LONGEST_MS = 86_400_000;

/**
 * What a receiver's error says of further attempts: `retryable: false`, that none will succeed; `retryAfter`, when to
 * come again: seconds or the text of an HTTP `Retry-After` header.
 */
export function outlookOf(fault: unknown, nowMs = Date.now()): Pick<CodeProblem, 'retryable' | 'retryAfterMs'> {
  const ms = retryAfterMs(propertyOf(fault, 'retryAfter'), nowMs);
  return {
    ...(propertyOf(fault, 'retryable') === false && { retryable: false }),
    ...(ms !== undefined && { retryAfterMs: Math.min(Math.max(Math.round(ms), 0), LONGEST_MS) }),
  };
}

function retryAfterMs(value: unknown, nowMs: number): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value * SECOND_MS : undefined;
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  const ms = /^\d+(\.\d+)?$/.test(value.trim()) ? Number(value) * SECOND_MS : Date.parse(value) - nowMs;
  return Number.isNaN(ms) ? undefined : ms;
}

/** User code can throw anything, also what throws when it is looked at. */
function propertyOf(fault: unknown, name: string): unknown {
  try {
    return typeof fault === 'object' && fault !== null ? Reflect.get(fault, name) : undefined;
  } catch {
    return undefined;
  }
}
