import { DAY } from './clock.ts';
import { parseStretch, type Preposition } from './named-stretch.ts';
import type { NamedRecurrence } from './recurrence.ts';
import { type Part, Refusal, rephrase } from './refusal.ts';
import { type Scope, whole } from './stretch.ts';
import { parseTimeOfDay } from './time-of-day.ts';
import { dayWindows, isLastOfMonth, type Windows, windowsOf, yearly } from './windows.ts';

/** Words for the cycles. */
const CYCLES: Readonly<Record<string, Scope>> = {
  minutely: 'minute',
  hourly: 'hour',
  daily: 'day',
  weekly: 'week',
  monthly: 'month',
};

const FORM =
  /^(secondly|minutely|hourly|daily|weekly|monthly|yearly)(?:(\s+)(after|before|between|on|at|starting)(\s+)(.+))?$/s;
const LAST = /^(?:the\s+)?last(?:\s+day)?(\s+(.+))?$/s;

/**
 * Reads `hourly`, `daily after 07:00` and their like.
 * @returns undefined for other forms
 * @throws Refusal
 */
export function parseCycleForm({ text, position }: Part): NamedRecurrence | undefined {
  const [, cycle, gap = '', preposition = '', space = '', words = ''] = FORM.exec(text) ?? [];
  if (cycle === undefined) return undefined;
  if (cycle === 'secondly' || cycle === 'yearly') return fixedCycle(cycle, words, position);
  const scope = CYCLES[cycle] ?? 'hour';
  if (words === '') return named(cycle, windowsOf(whole(scope)));
  const at = position + cycle.length + gap.length + preposition.length + space.length;
  return rephrase(
    () => parseOptions(cycle, scope, toPreposition(preposition), { text: words, position: at }),
    (instead) => `${cycle} ${preposition} ${instead}`,
  );
}

function parseOptions(cycle: string, scope: Scope, preposition: Preposition, words: Part): NamedRecurrence {
  const at = preposition === 'at' || preposition === 'on';
  const last = at && scope === 'month' ? LAST.exec(words.text) : null;
  if (last !== null) return lastOfMonth(last[2], words);
  if (at) refuseLists(cycle, words);
  const { stretch, differences } = parseStretch(scope, preposition, words);
  const extension = preposition === 'at' ? ['an extension: Rocketry says "on" where this says "at"'] : [];
  const name = `${cycle} ${preposition} ${words.text}`;
  return { ...named(name, windowsOf(stretch), [...differences, ...extension]), exact: differences.length === 0 };
}

/** `on Mon,Wed` and `on Mon and Wed`, of which Rocketry silently takes the first. */
function refuseLists(cycle: string, { text, position }: Part): void {
  const items = text.split(/\s*,\s*|\s+and\s+/).filter((item) => item !== '');
  const [first = '', second] = items;
  if (second === undefined) return;
  const at = position + text.indexOf(first) + first.length;
  const union = items.map((item, index) => (index === 0 ? item : `${cycle} on ${item}`)).join(' | ');
  throw new Refusal(at, 'one only; Rocketry would silently take the first', [union, first]);
}

function lastOfMonth(time: string | undefined, { text, position }: Part): NamedRecurrence {
  const at = position + text.length - (time?.length ?? 0);
  const from =
    time === undefined
      ? 0
      : rephrase(
          () => parseTimeOfDay(time, at),
          (instead) => `last ${instead}`,
        );
  const windows = dayWindows(isLastOfMonth, from, DAY);
  return named(`monthly on ${text}`, windows, ['an extension: Rocketry has no last day of the month']);
}

function fixedCycle(cycle: 'secondly' | 'yearly', words: string, position: number): NamedRecurrence {
  const at = position + cycle.length + 1;
  if (cycle === 'yearly') {
    if (words !== '') throw new Refusal(at, 'nothing may follow "yearly"', ['yearly']);
    return named('yearly', yearly, ['an extension: Rocketry has no yearly']);
  }
  if (words !== '') throw new Refusal(at, 'only whole seconds', ['secondly']);
  return {
    recurrence: { kind: 'every', name: 'secondly', everySeconds: 1, offsetSeconds: 0 },
    exact: false,
    differences: ['runs are a second apart at least, and not wise: every run is a workflow'],
  };
}

function named(name: string, windows: Windows, differences: readonly string[] = []): NamedRecurrence {
  return { recurrence: { kind: 'windows', name, windows }, exact: true, differences };
}

function toPreposition(word: string): Preposition {
  switch (word) {
    case 'after':
    case 'before':
    case 'between':
    case 'on':
    case 'starting':
      return word;
    default:
      return 'at';
  }
}
