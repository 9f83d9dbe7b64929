import { clockTime, HOUR, MINUTE } from './clock.ts';
import { Refusal } from './refusal.ts';

const TIME =
  /^(\d{1,2})(?::(\d{2}))?(?::(\d{2})(?:\.(\d+))?)?\s*([ap])\.?m\.?$|^(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d+))?)?$/i;

/**
 * Seconds since midnight of `07:00`, `07:00:30`, `7 AM` or `7:30 PM`. Bare numbers are refused, because Rocketry reads
 * them as a day of the month.
 * @throws Refusal whose alternatives are other times
 */
export function parseTimeOfDay(text: string, position: number): number {
  const found = TIME.exec(text);
  if (found === null) throw notATime(text, position);
  const [, hour12, minute12, second12, fraction12, half, hour24, minute24, second24, fraction24] = found;
  const [hours, minute, second] = [hour12 ?? hour24, minute12 ?? minute24, second12 ?? second24].map((n) =>
    Number(n ?? 0),
  );
  if (hours === undefined || minute === undefined || second === undefined) throw notATime(text, position);
  const hour = half === undefined ? hours : twelveHours(hours, half);
  if (hour > 23 || minute > 59 || second > 59) throw outOfRange(text, position, hour, minute, second);
  wholeSeconds(fraction12 ?? fraction24, position, clockTime(hour * HOUR + minute * MINUTE + second));
  return hour * HOUR + minute * MINUTE + second;
}

/** @throws Refusal if a fraction of a second is given that is not zero */
export function wholeSeconds(fraction: string | undefined, position: number, without: string): void {
  if (fraction !== undefined && /[^0]/.test(fraction)) throw new Refusal(position, 'only whole seconds', [without]);
}

function twelveHours(hour: number, half: string): number {
  if (hour > 12) return 24;
  return (hour % 12) + (half.toLowerCase() === 'p' ? 12 : 0);
}

function notATime(text: string, position: number): Refusal {
  const bare = /^\d{1,2}$/.test(text) && Number(text) < 24;
  const instead = bare ? clockTime(Number(text) * HOUR) : '07:00';
  const reason = /^\d+$/.test(text)
    ? 'a bare number is a day of the month to Rocketry; a time of day has a colon, or AM or PM'
    : 'a time of day is expected, such as 07:00 or 7:30 PM';
  return new Refusal(position, reason, [instead]);
}

function outOfRange(text: string, position: number, ...[hour, minute, second]: [number, number, number]): Refusal {
  if (hour === 24 && minute === 0 && second === 0) return new Refusal(position, `there is no time ${text}`, ['00:00']);
  const nearest = clockTime(Math.min(hour, 23) * HOUR + Math.min(minute, 59) * MINUTE + Math.min(second, 59));
  return new Refusal(position, `there is no time ${text}`, [nearest]);
}
