import { DAY, MINUTE } from './clock.ts';
import { Refusal, rephrase } from './refusal.ts';
import { SCOPE_LENGTH, type Scope } from './stretch.ts';
import { parseTimeOfDay, wholeSeconds } from './time-of-day.ts';

/** A point in the cycle of a scope. */
export interface Point {
  /** Since the cycle began; what is given without a time of day as an end lasts through its day. */
  readonly seconds: number;
  /** What Rocketry does otherwise. */
  readonly difference?: string;
}

export type Side = 'start' | 'end';

const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const QUARTER = 15 * MINUTE;
const READERS: Readonly<Record<Scope, (text: string, position: number, side: Side) => Point>> = {
  minute: secondOfMinute,
  hour: pointOfHour,
  day: (text, position) => ({ seconds: parseTimeOfDay(text, position) }),
  week: pointOfWeek,
  month: pointOfMonth,
};

/**
 * Reads the point that a form names, e.g. `Mon 10:00` of a week.
 * @throws Refusal whose alternatives are other points
 */
export function parsePoint(scope: Scope, text: string, position: number, side: Side): Point {
  return READERS[scope](text, position, side);
}

function secondOfMinute(text: string, position: number): Point {
  const [, digits = '', fraction] = /^(\d{1,2})(?:\.(\d{0,6}))?$/.exec(text) ?? [];
  const seconds = Number(digits);
  const instead = String(Math.min(seconds, 59)).padStart(2, '0');
  if (digits === '')
    throw new Refusal(position, 'a second of the minute is expected, two digits such as 45', [text.slice(0, 2), '45']);
  if (digits.length < 2) throw new Refusal(position, 'a second of the minute has two digits', [instead]);
  if (seconds > 59) throw new Refusal(position, 'a minute has the seconds 00 to 59', [instead]);
  wholeSeconds(fraction, position, digits);
  return { seconds };
}

function pointOfHour(text: string, position: number, side: Side): Point {
  const [, quarters] = /^(\d) ?(?:quarters?|q)$/i.exec(text) ?? [];
  if (quarters !== undefined) return quarterOfHour(Number(quarters), position, side);
  const [, minute = '', second = '', fraction] = /^(\d\d):(\d\d)(?:\.(\d{0,6}))?$/.exec(text) ?? [];
  if (minute === '') {
    const [, bare] = /^(\d{1,2})$/.exec(text) ?? [];
    const instead = `${String(Math.min(59, Number(bare ?? '15'))).padStart(2, '0')}:00`;
    throw new Refusal(position, 'a minute and second of the hour are expected, such as 15:00', [instead]);
  }
  const [m, s] = [Math.min(59, Number(minute)), Math.min(59, Number(second))];
  const nearest = [m, s].map((field) => String(field).padStart(2, '0')).join(':');
  if (nearest !== `${minute}:${second}`) throw new Refusal(position, `an hour has no ${minute}:${second}`, [nearest]);
  wholeSeconds(fraction, position, nearest);
  return { seconds: m * MINUTE + s };
}

function quarterOfHour(quarters: number, position: number, side: Side): Point {
  if (quarters === 0 || quarters > 4 || (quarters === 4 && side === 'start')) {
    const instead = quarters === 0 ? '00:00' : '3 quarter';
    throw new Refusal(position, `an hour has no quarter that ${side}s there`, [instead]);
  }
  return {
    seconds: quarters * QUARTER,
    difference: `Rocketry's quarter ${quarters} is a microsecond before minute ${quarters * 15}; here it is that minute`,
  };
}

function pointOfWeek(text: string, position: number, side: Side): Point {
  const [, name = '', space = '', time = ''] = /^([A-Za-z]*)(\s*)(.*)$/.exec(text) ?? [];
  const day = weekday(name);
  if (day === undefined) throw notAWeekday(text, name, position);
  if (time === '') return { seconds: day * DAY + (side === 'end' ? DAY : 0) };
  return { seconds: day * DAY + timeAfter(text, position, name.length + space.length) };
}

function weekday(name: string): number | undefined {
  const day = WEEKDAYS.findIndex((full) => [full, full.slice(0, 3)].includes(name.toLowerCase()));
  return day === -1 ? undefined : day;
}

function notAWeekday(text: string, name: string, position: number): Refusal {
  const [, number = ''] = /^([1-7])$/.exec(text) ?? [];
  const meant = WEEKDAYS.find((full) => name.length > 1 && full.startsWith(name.toLowerCase()));
  const day = (meant ?? WEEKDAYS[Number(number) - 1] ?? 'monday').slice(0, 3);
  const reason = number === '' ? 'a day of the week is expected, such as Mon or Monday' : 'days have names here';
  return new Refusal(position, reason, [day.charAt(0).toUpperCase() + day.slice(1)]);
}

function pointOfMonth(text: string, position: number, side: Side): Point {
  const [, words = '', digits = '', suffix = '', space = '', time = ''] =
    /^([^\d]*)(\d+)(st|nd|rd|th|\.)?(\s*)(.*)$/i.exec(text) ?? [];
  const date = Number(digits);
  if (digits === '') throw new Refusal(position, 'a day of the month is expected, such as 5th', ['1st']);
  const at = position + words.length;
  if (date < 1 || date > 31)
    throw new Refusal(at, `no month has a ${text.slice(words.length)}`, [date < 1 ? '1st' : '31st']);
  if (time.startsWith(':')) throw new Refusal(at, 'a day of the month is missing before the time', [`1st ${text}`]);
  const start = (date - 1) * DAY;
  if (time === '') return { seconds: start + (side === 'end' ? DAY : 0) };
  return { seconds: start + timeAfter(text, position, text.length - time.length, `${digits}${suffix}${space}`) };
}

/** The time of day that follows a day; alternatives are given with the day. */
function timeAfter(text: string, position: number, length: number, day = text.slice(0, length)): number {
  return rephrase(
    () => parseTimeOfDay(text.slice(length), position + length),
    (time) => `${day.trim()} ${time}`,
  );
}

/** Days of the month that some months do not have. */
export function isRareDate({ seconds }: Point): boolean {
  return seconds >= 28 * DAY && seconds < SCOPE_LENGTH.month;
}
