import { parseSpan } from '../span.ts';
import { DAY, HOUR, MINUTE, WEEK } from './clock.ts';
import type { NamedRecurrence } from './recurrence.ts';
import { type Part, Refusal, rephrase } from './refusal.ts';
import { everyMonths } from './windows.ts';

const SECOND_MS = 1000;
/** Temporal counts from 1 January 1970, which was a Thursday; weeks begin on Monday. */
const FIRST_MONDAY = 4 * DAY;
const APPROXIMATION = 'runs stay on a fixed grid; Rocketry counts from the last start, so that its times drift';

/**
 * Reads `every 10 min` and its like.
 * @returns undefined for other forms
 * @throws Refusal
 */
export function parseEveryForm({ text, position }: Part): NamedRecurrence | undefined {
  const [, every, space = '', words = ''] = /^(every)\b(\s*)(.*)$/s.exec(text) ?? [];
  if (every === undefined) return undefined;
  const at = position + every.length + space.length;
  const monthly = parseMonths(words, at);
  if (monthly !== undefined) return monthly;
  const { ms, weeks, differences } = rephrase(
    () => parseSpan(words, at),
    (instead) => `every ${instead}`,
  );
  const everySeconds = ms / SECOND_MS;
  const offsetSeconds = weeks && everySeconds % WEEK === 0 ? FIRST_MONDAY : 0;
  return {
    recurrence: { kind: 'every', name: `every ${everySeconds} s`, everySeconds, offsetSeconds },
    exact: false,
    differences: [APPROXIMATION, ...differences],
  };
}

/** `every 1 month`, `every 3 months`, `every 1 year`: the extensions that have no fixed length. */
function parseMonths(words: string, position: number): NamedRecurrence | undefined {
  const [, amount = '', unit] = /^(\d+)\s*(months?|years?)$/.exec(words) ?? [];
  if (unit === undefined) return undefined;
  const count = Number(amount);
  const isYear = unit.startsWith('year');
  const most = isYear ? 1 : 12;
  if (count < 1 || count > most || most % count !== 0)
    throw new Refusal(position, `only ${isYear ? '1 year' : '1, 2, 3, 4, 6 or 12 months'}`, [
      `every ${isYear ? 1 : nearestCount(count)} ${unit}`,
    ]);
  const name = `every ${count} ${unit}`;
  const windows = everyMonths(isYear ? 12 : count);
  return {
    recurrence: { kind: 'windows', name, windows },
    exact: false,
    differences: ['an extension: it runs on the 1st at midnight, whenever the last start was'],
  };
}

function nearestCount(count: number): number {
  return [1, 2, 3, 4, 6, 12].toSorted((a, b) => Math.abs(a - count) - Math.abs(b - count))[0] ?? 1;
}

/** The span of cron's `@every 1h30m`, with a phase if any: `@every 14h/3h`. */
export function parseCronEvery(text: string, position: number): NamedRecurrence {
  const [interval = '', phase] = text.split('/');
  const everySeconds = goDuration(interval, position);
  const offsetSeconds = phase === undefined ? 0 : goDuration(phase, position + interval.length + 1);
  if (everySeconds < 1) throw new Refusal(position, 'at least a second', ['1s']);
  if (offsetSeconds >= everySeconds)
    throw new Refusal(position + interval.length + 1, 'the phase is shorter than the interval', [interval]);
  return {
    recurrence: { kind: 'every', name: `every ${everySeconds} s, ${offsetSeconds}`, everySeconds, offsetSeconds },
    exact: true,
    differences: ["an extension: Temporal's own form, which Rocketry fails on"],
  };
}

function goDuration(text: string, position: number): number {
  const units: Readonly<Record<string, number>> = { d: DAY, h: HOUR, m: MINUTE, s: 1 };
  if (!/^(\d+[dhms])+$/.test(text)) throw new Refusal(position, 'a span such as 1h30m is expected', ['1h']);
  return [...text.matchAll(/(\d+)([dhms])/g)].reduce(
    (sum, [, n, unit = '']) => sum + Number(n) * (units[unit] ?? 0),
    0,
  );
}
