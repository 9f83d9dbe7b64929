import { Refusal } from './interval/refusal.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;
const UNITS: Readonly<Record<string, number>> = {
  ...spellings(['ms', 'millisecond', 'milliseconds'], 1),
  ...spellings(['s', 'sec', 'secs', 'second', 'seconds'], SECOND),
  ...spellings(['m', 'min', 'mins', 'minute', 'minutes'], MINUTE),
  ...spellings(['h', 'hr', 'hrs', 'hour', 'hours'], HOUR),
  ...spellings(['d', 'day', 'days'], DAY),
  ...spellings(['week', 'weeks'], WEEK),
};
const KNOWN_UNITS = 's, sec, m, min, h, hr, d and their long forms, week';
/** Longer than anybody waits, and short enough for the server's arithmetic. */
const LONGEST_DAYS = 3650;

/** The span after `every`. */
export interface Span {
  readonly ms: number;
  /** Whether it is told in weeks. */
  readonly weeks: boolean;
  readonly differences: readonly string[];
}

/**
 * Reads a span: numbers with units, such as `10 min`, `1 h 30 min` or `1 day 02:00:00`.
 * @param position where the span begins in the whole text
 * @throws Refusal whose alternatives are other spans
 */
export function parseSpan(text: string, position: number): Span {
  const [sign = ''] = /^[-+\s]*/.exec(text) ?? [];
  let exactMs = 0;
  let at = sign.length;
  const weeks = /\d\s*weeks?\b/.test(text);
  do {
    const { ms, length } = readTerm(text.slice(at), position + at, text.slice(0, at));
    exactMs += ms;
    at += length;
  } while (at < text.length);
  const differences = [
    ...(sign.includes('-') ? ['the sign is ignored, as in Rocketry'] : []),
    ...(weeks ? ['an extension: Rocketry has no weeks here'] : []),
  ];
  return { ms: checkLength(position, exactMs), weeks, differences };
}

/** One number with its unit, or a time `02:00:00`, and the separators after it. */
function readTerm(rest: string, position: number, before: string): { ms: number; length: number } {
  const clock = /^(\d+):(\d+):(\d+(?:\.\d+)?)[\s,]*$/.exec(rest);
  if (clock !== null) {
    const [hours = 0, minutes = 0, seconds = 0] = clock.slice(1).map(Number);
    return { ms: hours * HOUR + minutes * MINUTE + seconds * SECOND, length: rest.length };
  }
  const [whole = '', amount = '', gap = '', unit = ''] = /^([\d.]*)([\s,]*)([^\d\s.,:]*)[\s,]*/.exec(rest) ?? [];
  if (!/^(\d+\.?\d*|\.\d+)$/.test(amount))
    throw new Refusal(position, 'a number is missing', [`${before}1 ${known(unit) ?? 'h'}`, before.trim()]);
  const unitMs = Object.hasOwn(UNITS, unit) ? UNITS[unit] : undefined;
  if (unitMs === undefined) throw unknownUnit(rest, position + amount.length + gap.length, `${before}${amount} `, unit);
  return { ms: Number(amount) * unitMs, length: whole.length };
}

function unknownUnit(rest: string, position: number, before: string, unit: string): Refusal {
  if (/^\d+:\d+\s*$/.test(rest)) return new Refusal(position, 'a time has three fields here', [`0${rest.trim()}:00`]);
  const reason = unit === '' ? 'a unit is missing' : `unknown unit ${JSON.stringify(unit)}, known are ${KNOWN_UNITS}`;
  return new Refusal(position, reason, [`${before}${known(unit) ?? 'min'}`]);
}

function checkLength(position: number, exactMs: number): number {
  // 1.1 min is 66000.00000000001 ms in floating point.
  const ms = Math.round(exactMs);
  const seconds = Math.max(1, Math.round(ms / SECOND));
  if (ms === 0) throw new Refusal(position, 'runs without a pause are not to be had', ['1 s']);
  if (ms > LONGEST_DAYS * DAY)
    throw new Refusal(position, `longer than ${LONGEST_DAYS} days`, [`${LONGEST_DAYS} days`]);
  if (ms % SECOND !== 0) throw new Refusal(position, 'only whole seconds', [`${seconds} s`]);
  return ms;
}

function known(unit: string): string | undefined {
  const lower = unit.toLowerCase();
  return Object.hasOwn(UNITS, lower) && lower !== 'ms' ? lower : undefined;
}

function spellings(names: readonly string[], ms: number): Record<string, number> {
  return Object.fromEntries(names.map((name) => [name, ms]));
}
