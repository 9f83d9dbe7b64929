import { Refusal } from '../interval/refusal.ts';
import { parseSpan } from '../span.ts';
import { InvalidTriggerError } from './errors.ts';

/** Parts of a duration, which add up; as Python's `timedelta` takes them. */
export interface DurationParts {
  readonly weeks?: number;
  readonly days?: number;
  readonly hours?: number;
  readonly minutes?: number;
  readonly seconds?: number;
  readonly milliseconds?: number;
}

/** How long: parts that add up, or text such as `1 hour` or `1 h 30 min`. */
export type Duration = DurationParts | string;

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const PARTS: ReadonlyMap<string, number> = new Map([
  ['weeks', 7 * DAY],
  ['days', DAY],
  ['hours', HOUR],
  ['minutes', MINUTE],
  ['seconds', SECOND],
  ['milliseconds', 1],
]);

const ALLOWED = `parts that add up to more than 0 and no more than 100 years, of ${[...PARTS.keys()].join(', ')}; or text such as "1 hour"`;
const LONGEST = 36_525 * DAY;

/** Parts that a duration is told in; it has no fixed words for what is longer than a day. */
const WORDS = [
  ['day', DAY],
  ['hour', HOUR],
  ['minute', MINUTE],
  ['second', SECOND],
  ['millisecond', 1],
] as const;

/** A duration in ms. @throws InvalidTriggerError */
export function durationMs(duration: Duration): number {
  const ms = Math.round(typeof duration === 'string' ? textMs(duration) : partsMs(duration));
  if (!(ms > 0 && ms <= LONGEST)) throw new InvalidTriggerError('duration', duration, ALLOWED);
  return ms;
}

/** A duration in words, the same for the same length, e.g. `1 hour 30 minutes`. */
export function durationText(ms: number): string {
  let left = ms;
  const parts = WORDS.map(([word, length]) => {
    const count = Math.floor(left / length);
    left -= count * length;
    return count === 0 ? '' : `${count} ${word}${count === 1 ? '' : 's'}`;
  });
  return parts.filter((part) => part !== '').join(' ');
}

function textMs(text: string): number {
  // In an interval a sign is passed over; here it would turn the meaning round.
  if (/^\s*[-+]/.test(text)) throw new InvalidTriggerError('duration', text, ALLOWED);
  try {
    return parseSpan(text.trim(), 0).ms;
  } catch (error) {
    if (error instanceof Refusal) throw new InvalidTriggerError('duration', text, `${ALLOWED} (${error.reason})`);
    throw error;
  }
}

function partsMs(parts: DurationParts): number {
  if (typeof parts !== 'object' || parts === null) throw new InvalidTriggerError('duration', parts, ALLOWED);
  let ms = 0;
  for (const [name, count] of Object.entries(parts)) {
    const length = PARTS.get(name);
    if (length === undefined || typeof count !== 'number') throw new InvalidTriggerError('duration', parts, ALLOWED);
    ms += count * length;
  }
  return ms;
}
