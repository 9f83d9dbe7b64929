const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const UNITS: ReadonlyMap<string, number> = new Map([
  ...['ms', 'millisecond', 'milliseconds'].map((unit) => [unit, 1] as const),
  ...['s', 'sec', 'secs', 'second', 'seconds'].map((unit) => [unit, SECOND] as const),
  ...['m', 'min', 'mins', 'minute', 'minutes'].map((unit) => [unit, MINUTE] as const),
  ...['h', 'hr', 'hrs', 'hour', 'hours'].map((unit) => [unit, HOUR] as const),
  ...['d', 'day', 'days'].map((unit) => [unit, 24 * HOUR] as const),
]);

/**
 * Milliseconds of a duration such as `5 s` or `1.5 h`: what config files take, rules take.
 * @returns undefined if the text is none, or is no whole number of milliseconds
 */
export function parseDuration(text: string): number | undefined {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?) *([A-Za-z]+)$/.exec(text.trim()) ?? [];
  const unitMs = UNITS.get(unit);
  if (amount === undefined || unitMs === undefined) return undefined;
  const exact = Number(amount) * unitMs;
  const rounded = Math.round(exact);
  // 1.1 s is 1100.0000000000002 ms in floating point.
  return Number.isSafeInteger(rounded) && Math.abs(exact - rounded) < 1e-3 ? rounded : undefined;
}
