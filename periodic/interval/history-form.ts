import type { NamedRecurrence } from './recurrence.ts';
import { type Part, Refusal } from './refusal.ts';
import { type Scope, whole } from './stretch.ts';
import { windowsOf } from './windows.ts';

const SPANS: Readonly<Record<string, readonly [Scope, string]>> = {
  'this minute': ['minute', 'minutely'],
  'this hour': ['hour', 'hourly'],
  today: ['day', 'daily'],
  'this week': ['week', 'weekly'],
  'this month': ['month', 'monthly'],
};

const FORM = /^(?:task '.*' )?has (?:succeeded|failed|finished|started|terminated|inacted)(?: (.+))?$/s;

/**
 * Reads `has succeeded today` and its like: only denied, and only of the worker itself, is it a schedule.
 * @returns undefined for other forms
 * @throws Refusal
 */
export function parseHistoryForm({ text, position }: Part, denied: boolean): NamedRecurrence | undefined {
  const [, rest = ''] = FORM.exec(text) ?? [];
  if (!FORM.test(text)) return undefined;
  const span = Object.hasOwn(SPANS, rest) ? SPANS[rest] : undefined;
  if (denied && span !== undefined && text.startsWith('has succeeded')) return againUntilSuccess(...span);
  throw new Refusal(position, 'what has run before is not known to a schedule: look at it in the worker', [
    ...(denied ? [] : [`~${text}`]),
    ...nearest(rest),
  ]);
}

function againUntilSuccess(scope: Scope, cycle: string): NamedRecurrence {
  return {
    recurrence: { kind: 'windows', name: cycle, windows: windowsOf(whole(scope)) },
    exact: false,
    differences: [`it is ${cycle}: a failed run is retried by policy, not started again for the rest of the window`],
  };
}

function nearest(rest: string): string[] {
  const past = /^(?:in )?past (.+)$/.exec(rest)?.[1];
  const span = Object.entries(SPANS).find(([words]) => rest.startsWith(words));
  return [...(past === undefined ? [] : [`every ${past}`]), span?.[1][1] ?? 'daily'];
}
