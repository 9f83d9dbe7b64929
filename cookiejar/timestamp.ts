import { InvalidTimestampError } from './errors.ts';

const ISO_INSTANT =
  /^(?<year>\d{4})(?<dash>-?)(?<month>\d{2})\k<dash>(?<day>\d{2})[Tt](?<hour>\d{2})(?:(?<colon>:?)(?<minute>\d{2})(?:\k<colon>(?<second>\d{2})(?:[.,](?<fraction>\d+))?)?)?(?<zone>[Zz]|[+-]\d{2}(?::?\d{2})?)?$/;

/**
 * The instant in UTC with millisecond precision; finer digits are cut off.
 * @throws InvalidTimestampError where `text` is no ISO-8601 instant with a zone
 */
export function toUtcInstant(text: string): string {
  const parts = ISO_INSTANT.exec(text)?.groups;
  if (parts === undefined) throw new InvalidTimestampError(text, 'it is not an ISO-8601 instant');
  const zone = parts['zone'];
  if (zone === undefined) throw new InvalidTimestampError(text, 'it has no zone');
  const instant = new Date(localTime(text, parts) - offset(text, zone));
  const year = instant.getUTCFullYear();
  // Beyond these years ISO texts have a sign and no longer sort by time.
  if (year < 0 || year > 9999) throw new InvalidTimestampError(text, 'its year in UTC is not between 0000 and 9999');
  return instant.toISOString();
}

function localTime(text: string, parts: Record<string, string | undefined>): number {
  const number = (name: string): number => Number(parts[name] ?? '0');
  const date = new Date(0);
  date.setUTCFullYear(number('year'), number('month') - 1, number('day'));
  if (date.getUTCMonth() !== number('month') - 1 || date.getUTCDate() !== number('day')) {
    throw new InvalidTimestampError(text, 'that day does not exist');
  }
  if (number('hour') > 23 || number('minute') > 59 || number('second') > 59) {
    throw new InvalidTimestampError(text, 'that time of day does not exist');
  }
  const milliseconds = Number((parts['fraction'] ?? '').slice(0, 3).padEnd(3, '0'));
  return date.setUTCHours(number('hour'), number('minute'), number('second'), milliseconds);
}

function offset(text: string, zone: string): number {
  if (zone === 'Z' || zone === 'z') return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(3).replace(':', ''));
  if (hours > 23 || minutes > 59) throw new InvalidTimestampError(text, 'that zone does not exist');
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}
