import { IntervalError } from './errors.ts';

const SECOND = 1000;
const UNITS: Readonly<Record<string, number>> = {
  ...spellings(['s', 'sec', 'secs', 'second', 'seconds'], SECOND),
  ...spellings(['m', 'min', 'mins', 'minute', 'minutes'], 60 * SECOND),
  ...spellings(['h', 'hr', 'hrs', 'hour', 'hours'], 60 * 60 * SECOND),
  ...spellings(['d', 'day', 'days'], 24 * 60 * 60 * SECOND),
};
const KNOWN_UNITS = 's, sec, m, min, h, hr, d and their long forms';
/** Longer than anybody waits, and short enough for the server's arithmetic. */
const LONGEST_DAYS = 3650;

/**
 * Milliseconds of the span after `every`: one number with a unit.
 * @throws IntervalError
 */
export function parseSpan(text: string, start: number): number {
  const [, space = '', amount = '', gap = '', unit = '', rest = ''] =
    /^(\s*)([\d.]*)(\s*)([A-Za-z]*)(.*)$/s.exec(text.slice(start).trimEnd()) ?? [];
  const at = { amount: start + space.length, unit: start + space.length + amount.length + gap.length };
  if (space === '')
    throw new IntervalError(text, start, 'a space is missing', `every ${amount || '1'} ${known(unit) ?? 'h'}`);
  if (!/^\d+(\.\d+)?$/.test(amount))
    throw new IntervalError(text, at.amount, 'a number is missing', `every 1 ${known(unit) ?? 'h'}`);
  const unitMs = unitLength(text, at.unit, amount, unit);
  if (rest.trim() !== '') {
    throw new IntervalError(text, at.unit + unit.length, 'only one number and unit', `every ${amount} ${unit}`);
  }
  return checkSpan(text, at.amount, Number(amount) * unitMs);
}

function unitLength(text: string, position: number, amount: string, unit: string): number {
  const length = Object.hasOwn(UNITS, unit) ? UNITS[unit] : undefined;
  if (length !== undefined) return length;
  const reason = unit === '' ? 'a unit is missing' : `unknown unit ${JSON.stringify(unit)}, known are ${KNOWN_UNITS}`;
  throw new IntervalError(text, position, reason, `every ${amount} ${known(unit) ?? 'min'}`);
}

function checkSpan(text: string, position: number, exactMs: number): number {
  // 1.1 min is 66000.00000000001 ms in floating point.
  const ms = Math.round(exactMs);
  const seconds = Math.max(1, Math.round(ms / SECOND));
  if (ms === 0) throw new IntervalError(text, position, 'runs without a pause are not to be had', 'every 1 s');
  if (ms % SECOND !== 0) throw new IntervalError(text, position, 'only whole seconds', `every ${seconds} s`);
  if (ms > LONGEST_DAYS * (UNITS['d'] ?? 0)) {
    throw new IntervalError(text, position, `longer than ${LONGEST_DAYS} days`, `every ${LONGEST_DAYS} days`);
  }
  return ms;
}

function known(unit: string): string | undefined {
  const lower = unit.toLowerCase();
  return Object.hasOwn(UNITS, lower) ? lower : undefined;
}

function spellings(names: readonly string[], ms: number): Record<string, number> {
  return Object.fromEntries(names.map((name) => [name, ms]));
}
