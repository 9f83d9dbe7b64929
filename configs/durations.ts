import { z } from 'zod';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const UNITS: ReadonlyMap<string, number> = new Map([
  ...['ms', 'millisecond', 'milliseconds'].map((unit) => [unit, 1] as const),
  ...['s', 'sec', 'secs', 'second', 'seconds'].map((unit) => [unit, SECOND] as const),
  ...['m', 'min', 'mins', 'minute', 'minutes'].map((unit) => [unit, MINUTE] as const),
  ...['h', 'hr', 'hrs', 'hour', 'hours'].map((unit) => [unit, HOUR] as const),
  ...['d', 'day', 'days'].map((unit) => [unit, DAY] as const),
]);

/** Node's timers fire at once when asked to wait longer. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

const DURATION = /^(\d+(?:\.\d+)?) *([A-Za-z]+)$/;
const FORM = 'text with a number and a unit (ms, s, min, h, d), such as "5 s" or "1.5 h"';

/**
 * Milliseconds of a duration such as `5 s`, `30 seconds`, `4 ms`, `1.5 h`.
 * @returns undefined if the text is none, or is no whole number of milliseconds
 */
export function parseDuration(text: string): number | undefined {
  const [, amount, unit = ''] = DURATION.exec(text.trim()) ?? [];
  const unitMs = UNITS.get(unit);
  if (amount === undefined || unitMs === undefined) return undefined;
  const exact = Number(amount) * unitMs;
  const rounded = Math.round(exact);
  // 1.1 s is 1100.0000000000002 ms in floating point.
  return Number.isSafeInteger(rounded) && Math.abs(exact - rounded) < 1e-3 ? rounded : undefined;
}

/** The shortest text that {@link parseDuration} reads back as the same. */
export function formatDuration(ms: number): string {
  const units = [
    [DAY, 'd'],
    [HOUR, 'h'],
    [MINUTE, 'min'],
    [SECOND, 's'],
  ] as const;
  const [unitMs, unit] = units.find(([size]) => ms > 0 && ms % size === 0) ?? [1, 'ms'];
  return `${ms / unitMs} ${unit}`;
}

/**
 * A duration in a config file: text with a unit in, milliseconds out. A bare number is refused, because nobody can
 * see whether it means seconds or milliseconds.
 */
export function durationText({ minMs = 1, maxMs = LONGEST_TIMER_MS } = {}) {
  const bounds = `from ${formatDuration(minMs)} to ${maxMs === LONGEST_TIMER_MS ? '24 d' : formatDuration(maxMs)}`;
  return z.unknown().transform((value, context) => {
    const ms = typeof value === 'string' ? parseDuration(value) : undefined;
    if (ms !== undefined && ms >= minMs && ms <= maxMs) return ms;
    const reason = typeof value === 'number' ? ': a bare number does not say its unit' : '';
    context.addIssue({ code: 'custom', message: `${FORM}, ${bounds}${reason}` });
    return z.NEVER;
  });
}
